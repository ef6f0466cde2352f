"""The services that notifications may go to: those of Apprise's that speak HTTP, and mail.

An allow-list. Left out is what reads files of this machine (fcm, vapid), runs or talks to its
programs (dbus, glib, gnome, macosx, windows, syslog), or opens connections of its own kind, which
the address guard would not see (amqp, aprs, growl, irc, mqtt, nostr, rsyslog, smpp, xmpp).
"""

from __future__ import annotations

from collections.abc import Mapping

_NAMESAKES = """
acs awswhatsapp bale betterstack bluesky brevo bulksms bulkvs burstsms chanify clickatell
clicksend cliq cm dapnet dingtalk discord dot eight00com exotel feishu firehydrant flock
freemobile github groundmail groupme guilded gupshup httpsms ifttt ilert incidentio infobip
instagram jira join kakaotalk kaleyra kavenegar kook kumulos lark lauther line mailersend
mailgun mobilemessage msg91 notifiarr notifyapp notifyre octopush opsgenie pagerduty pagertree
pingram plivo postmark prowl pushed pushme pushplus pushward pushy qq reddit resend revolt ryver
sendgrid sendpulse serwersms ses seven sfr signalgrid signl4 sinch slack smsc smsmanager
smstunnel smtp2go sns sogs sparkpost spike splunk spugpush squadcast stackfield telesign telnyx
threema twilio twist twitter viber voipms vonage wechat wecombot whapi whatsapp workflows wpush
wxpusher xmatters youlmk zalo zoom zulip
"""
"""Modules whose scheme is their name."""

_SELF_HOSTED = """
bark emby enigma2 evolution flowtriq fluxer goalert gorush gotify humhub jellyfin kodi lametric
mastodon matrix misskey notica notifico ntfy onebot opsimate pinglet pushdeer smseagle synology
trigv
"""
"""The same, with a second scheme for TLS: `ntfy` and `ntfys`."""

_OTHERS = {
    "africas_talking": "atalk",
    "apprise_api": "apprise apprises",
    "bluesky": "bsky",
    "burstsms": "kudosity",
    "cliq": "zcliq zohocliq",
    "custom_form": "form forms",
    "custom_json": "json jsons",
    "custom_xml": "xml xmls",
    "d7networks": "d7sms",
    "email": "mailto mailtos",
    "fortysixelks": "46elks elks",
    "google_chat": "gchat",
    "home_assistant": "hassio hassios",
    "kakaotalk": "kakao",
    "kaleyra": "klr",
    "kodi": "xbmc xbmcs",
    "lfgalarm": "lfg",
    "mastodon": "toot toots",
    "mattermost": "mmost mmosts",
    "messagebird": "msgbird",
    "mobilemessage": "mobilemsg",
    "nextcloud": "ncloud nclouds",
    "nextcloudtalk": "nctalk nctalks",
    "office365": "azure o365",
    "one_signal": "onesignal",
    "parseplatform": "parsep parseps",
    "pushbullet": "pbul",
    "pushjet": "pjet pjets",
    "pushover": "pover",
    "pushplus": "wecom",
    "pushsafer": "psafer psafers",
    "ringcentral": "ringc",
    "rocketchat": "rocket rockets",
    "serverchan": "schan",
    "signal_api": "signal signals",
    "smsmanager": "smsmgr",
    "sogs": "session sessions",
    "splunk": "victorops",
    "streamlabs": "strmlabs",
    "techuluspush": "push",
    "telegram": "tgram",
    "twitter": "tweet x",
    "vonage": "nexmo",
    "webexteams": "webex wxteams",
    "workflows": "workflow",
}
"""Modules with (further) schemes of other names."""

SERVICES: Mapping[str, str] = {
    **{name: name for name in (_NAMESAKES + _SELF_HOSTED).split()},
    **{f"{name}s": name for name in _SELF_HOSTED.split()},
    **{scheme: module for module, schemes in _OTHERS.items() for scheme in schemes.split()},
}
"""By scheme, the module of `apprise.plugins`."""

NATIVE_HOSTS: Mapping[str, str] = {
    "hooks.slack.com": "slack",
    "discord.com": "discord",
    "discordapp.com": "discord",
    "chat.googleapis.com": "gchat",
    "webexapis.com": "webex",
    "logic.azure.com": "workflows",
    "environment.api.powerplatform.com": "workflows",
}
"""Services that are also taken by the https URL that they show; by the end of its host."""

FILE_OPTIONS = frozenset({"keyfile", "pgp", "pgpkey", "pgpprv", "pgppub", "template", "wkd"})
"""Options by which a service reads or keeps files on this machine, or fetches others' keys."""
