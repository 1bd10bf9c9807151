"""Airflow's environment for these tests, set before anything imports Airflow."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_home = tempfile.mkdtemp(prefix="hub-airflow-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)

os.environ.update(
    AIRFLOW_HOME=_home,
    AIRFLOW_CONFIG=str(ROOT / "airflow.cfg"),
    HUB_ROOT=str(ROOT),
    AIRFLOW__CORE__UNIT_TEST_MODE="True",
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{_home}/airflow.db",
)
