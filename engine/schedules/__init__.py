"""Automations that the clock starts: whose schedules are live, their ticks, and what will come."""
