"""Users and groups as django-scim2's documentation has them."""

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import Group as PlainGroup
from django_scim.models import AbstractSCIMGroupMixin, AbstractSCIMUserMixin


class User(AbstractSCIMUserMixin, AbstractUser):
    """A user with an id and an external id of SCIM."""


class Group(AbstractSCIMGroupMixin, PlainGroup):
    """A group with an id and an external id of SCIM."""
