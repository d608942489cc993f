"""What the console shows and keeps: support staff, tallies, saved views, long work, lists."""

STATEMENTS: tuple[str, ...] = (
    "ALTER TABLE users ADD COLUMN support {bool} NOT NULL DEFAULT {false}",
    "CREATE INDEX users_support ON users (tenant_id, user_id) WHERE support",
    "CREATE INDEX users_break_glass ON users (tenant_id, user_id) WHERE break_glass",
    "CREATE INDEX users_inactive ON users (tenant_id, user_id) WHERE status = 'inactive'",
    "CREATE INDEX users_technician ON users (tenant_id, user_id) WHERE user_type = 'technician'",
    "CREATE INDEX users_display_names ON users (tenant_id, display_name_folded)",
    """CREATE INDEX users_scoped ON users (tenant_id, user_id)
        WHERE organization_scope = 'some'""",
    "CREATE INDEX groups_names ON groups (tenant_id, display_name_folded, group_id)",
    "CREATE INDEX conflicts_waiting ON conflicts (tenant_id, conflict_id) WHERE state = 'open'",
    """CREATE INDEX users_left ON users (tenant_id, provider_id, user_id)
        WHERE deleted_at IS NOT NULL""",
    "CREATE INDEX users_no_email ON users (tenant_id, user_id) WHERE email IS NULL",
    """CREATE INDEX users_no_organization ON users (tenant_id, user_id)
        WHERE user_type = 'end_user' AND organization_scope = 'none'""",
    "ALTER TABLE providers ADD COLUMN paused_at {instant}",
    "ALTER TABLE tokens ADD COLUMN successor_id {id}",
    """CREATE INDEX requests_provider ON requests (tenant_id, provider_id, request_id)
        WHERE provider_id IS NOT NULL""",
    "CREATE INDEX requests_refused ON requests (tenant_id, request_id) WHERE status >= 400",
    "CREATE INDEX requests_failed ON requests (tenant_id, request_id) WHERE status >= 500",
    """CREATE INDEX requests_provider_refused ON requests (tenant_id, provider_id, request_id)
        WHERE status >= 400""",
    """CREATE INDEX requests_warned ON requests (tenant_id, request_id)
        WHERE steps LIKE '%"result":"warning"%'""",
    """CREATE INDEX activities_provider ON activities (tenant_id, provider_id, activity_id)
        WHERE provider_id IS NOT NULL""",
    """CREATE INDEX activities_noted ON activities (tenant_id, activity_id)
        WHERE event IN ('conflict.opened', 'login.refused', 'mfa.passkey_suspicious',
            'provider.sso_certificate_ends', 'user.archived', 'user.deactivation_refused')""",
    """CREATE INDEX activities_request ON activities (tenant_id, request_id, activity_id)
        WHERE request_id IS NOT NULL""",
    """CREATE TABLE tallies (
        tenant_id {int} NOT NULL,
        hour_at {instant} NOT NULL,
        provider_id {id} NOT NULL,
        door {text} NOT NULL,
        outcome {text} NOT NULL,
        number {int} NOT NULL,
        PRIMARY KEY (tenant_id, hour_at, provider_id, door, outcome))
        {clustered}""",
    "CREATE INDEX tallies_provider ON tallies (tenant_id, provider_id, hour_at, number)",
    """CREATE TABLE saved_views (
        tenant_id {int} NOT NULL,
        view_id {id} NOT NULL,
        user_id {id} NOT NULL,
        page {text} NOT NULL,
        name {text} NOT NULL,
        query {text} NOT NULL,
        created_at {instant} NOT NULL,
        PRIMARY KEY (tenant_id, view_id))""",
    "CREATE INDEX saved_views_user ON saved_views (tenant_id, user_id, page)",
    """CREATE TABLE jobs (
        tenant_id {int} NOT NULL,
        job_id {id} NOT NULL,
        kind {text} NOT NULL,
        state {text} NOT NULL,
        done {int} NOT NULL,
        total {int} NOT NULL,
        facts {json} NOT NULL,
        created_by {text} NOT NULL,
        created_at {instant} NOT NULL,
        beat_at {instant} NOT NULL,
        finished_at {instant},
        PRIMARY KEY (tenant_id, job_id))""",
    """CREATE TABLE uploads (
        tenant_id {int} NOT NULL,
        upload_id {id} NOT NULL,
        sealed {bytes} NOT NULL,
        created_by {text} NOT NULL,
        created_at {instant} NOT NULL,
        expires_at {instant} NOT NULL,
        PRIMARY KEY (tenant_id, upload_id))""",
)

POSTGRESQL: tuple[str, ...] = (
    "CREATE INDEX activities_committed ON activities (tenant_id, xact, position)",
)
"""Where transactions commit in another order than they write, the log is followed in this one."""
