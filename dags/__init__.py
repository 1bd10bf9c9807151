"""When the syncs run: thin Airflow DAGs, generated from the connectors' declarations."""
