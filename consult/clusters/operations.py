"""Writing the directory: what a person leaves behind. Everything flushes and never commits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from consult.clusters.models import Cluster, ClusterManager
from consult.core.db import db
