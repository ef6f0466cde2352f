"""Notifications to people, by Apprise: mail, chats and what else it knows, under the guard."""

from net.notifications.notifier import AppriseNotifier

__all__ = ["AppriseNotifier"]
