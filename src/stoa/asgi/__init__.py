"""The small HTTP toolkit that web, api and federation share.

It turns ASGI messages into requests with limits, finds the route, and sends answers with the
headers every answer needs.  It knows no account, no database and no setting.
"""
