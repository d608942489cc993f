"""The application that django-scim2 asks for: users and groups with its columns."""
