"""From what other servers write to values.  Pure: no database, no network, no clock.

Reads JSON as it is meant, without a JSON-LD processor: no remote context is ever fetched, and no
context changes what a property means.  Whatever cannot be understood raises NotUnderstood, and
nothing else is raised for any JSON at all.
"""
