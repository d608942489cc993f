"""The door for administrators and support staff: the tenant, in a browser.

| route | package | what |
|---|---|---|
| `/console` | `overview` | how things are, what needs attention |
| `/console/activity…` | `activity` | what happened and was asked: list, entry, live, export |
| `/console/users…`, `/why`, `/import` | `people` | one person: why, timeline, profile, access |
| `/console/groups…`, `/roles…`, `/mapping…` | `structure` | what access is made of (R24, R25) |
| `/console/conflicts…`, `/organizations…` | `structure` | R12, R9 |
| `/console/providers…` | `providers` | both halves of a provider (R1-R5, R33, R35, R39) |
| `/console/providers/{slug}/guides…` | `guides` | set-up, step by step |
| `/console/system…` | `system` | the doctor, settings, staff, simulator |
| `/console/sso-test/{secret}` | `providers` | a test of a connection, by a link |

`access` says who may: active technicians marked as administrator or as support staff, in their own
tenant. Support staff looks; what changes something asks an administrator for a second factor first
(R34) and comes as a form of the same browser. Rules are the rooms'; here requests become calls, and
refusals become words on the page that was sent. Pages work without JavaScript.

In reading order: access, subject, rooms, errors, done, tabs, then the packages, routes.
"""
