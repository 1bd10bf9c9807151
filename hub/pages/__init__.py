"""The operator's pages in Airflow's UI: how the syncs stand, what was refused, who is who.

Server-rendered; nothing but `behind_airflow` knows Airflow, and that only when a page is asked for.
"""
