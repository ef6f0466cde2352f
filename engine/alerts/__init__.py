"""Alerts: rules of an automation, decided by what is seen, told once and again when over."""
