"""Offers, requests and interest: decision tables, the formula, anonymity through every outlet, pages, jobs, a journey."""
