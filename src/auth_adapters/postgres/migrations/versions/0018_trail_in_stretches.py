"""The audit trail can be kept in stretches of time, which go as a whole; what its owner may do, others may ask for.

The table itself is divided beside those who write, in `trail_division.py`: until then everything works with it as it
is.
"""

from typing import Final

from alembic import op

from auth_adapters.postgres.migrations.trail_functions import FUNCTIONS

revision = "0018"
down_revision = "0017"

_FOR_NOBODY_ELSE: Final = (
    "audit_make_room(text, integer)",
    "audit_removable(bigint)",
    "audit_remove_oldest(bigint)",
    "audit_outside()",
    "audit_erase(uuid, bytea)",
)


def upgrade() -> None:
    """Make the functions. The release before knows nothing of them."""
    for function in FUNCTIONS:
        op.get_bind().exec_driver_sql(function.definition)
    for signature in _FOR_NOBODY_ELSE:
        op.get_bind().exec_driver_sql(f"REVOKE ALL ON FUNCTION auth.{signature} FROM PUBLIC")


def downgrade() -> None:
    """Make one table of the trail again, and forget the functions."""
    op.get_bind().exec_driver_sql(_ONE_TABLE)
    for function in reversed(FUNCTIONS):
        op.get_bind().exec_driver_sql(f"DROP FUNCTION auth.{function.signature}")


_ONE_TABLE: Final = """
DO $body$
DECLARE
    stretch text;
    granted record;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'auth.audit_events'::regclass) = 'r' THEN
        RETURN;
    END IF;
    LOCK TABLE auth.audit_events IN ACCESS EXCLUSIVE MODE;
    CREATE TABLE auth.audit_events_one (LIKE auth.audit_events INCLUDING DEFAULTS);
    INSERT INTO auth.audit_events_one SELECT * FROM auth.audit_events;
    FOR granted IN SELECT a.grantee, a.privilege_type FROM pg_class, aclexplode(relacl) a
                    WHERE oid = 'auth.audit_events'::regclass AND a.grantee <> relowner LOOP
        EXECUTE format('GRANT %s ON auth.audit_events_one TO %s', granted.privilege_type,
            CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(granted.grantee)) END);
    END LOOP;
    DROP TABLE auth.audit_events;
    ALTER TABLE auth.audit_events_one RENAME TO audit_events;
    ALTER TABLE auth.audit_events ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);
    CREATE INDEX audit_events_subject_at_id_idx ON auth.audit_events (subject, at, id);
    CREATE INDEX audit_events_recorded_at_id_idx ON auth.audit_events (recorded_at, id);
    CREATE INDEX audit_events_at_id_idx ON auth.audit_events (at, id);
    CREATE INDEX audit_events_actor_at_id_idx ON auth.audit_events (actor, at, id);
    CREATE INDEX audit_events_kind_at_id_idx ON auth.audit_events (kind, at, id);
    CREATE INDEX audit_events_outcome_at_id_idx ON auth.audit_events (outcome, at, id);
END
$body$
"""
