"""What every room stands on and what knows no feature.

The core holds the database session, access, states, audit, jobs, mail, forms, text, languages, paging and the registries
through which a room lets higher and equal rooms use what it offers. It imports no room, ever.
"""
