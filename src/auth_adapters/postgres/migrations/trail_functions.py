"""What the owner of the tables lets others do to the audit trail, as functions: the text of revision 0018.

They find nothing but what they name in full. Those that run with the rights of the owner are for nobody by themselves,
judge every argument, and ask of everybody but the owner for the event that orders what they do.
"""

from typing import Final, NamedTuple

_HERE: Final = "SET search_path = pg_catalog, pg_temp"
_AS_OWNER: Final = f"SECURITY DEFINER {_HERE} SET timezone = 'UTC'"
_IN_A_MOMENT: Final = "SET lock_timeout = '500ms'"


class Function(NamedTuple):
    """A function of the schema: what it takes, what it gives and how it runs, and what it does."""

    signature: str
    promise: str
    body: str

    @property
    def definition(self) -> str:
        """The statement that makes it."""
        return f"CREATE FUNCTION auth.{self.signature} RETURNS {self.promise} AS $body${self.body}$body$"


# A UUIDv7 begins with the milliseconds since 1970.
PLACE: Final = Function(
    "audit_place(moment timestamptz)",
    f"uuid LANGUAGE sql IMMUTABLE {_HERE}",
    """
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
""",
)

MOMENT: Final = Function(
    "audit_moment(place uuid)",
    f"timestamptz LANGUAGE sql IMMUTABLE {_HERE}",
    """
    SELECT to_timestamp(('x' || left(replace(place::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
""",
)

# The partitions but the one for what fits nowhere, the oldest first. The very first has no beginning.
STRETCHES: Final = Function(
    "audit_stretches()",
    f"TABLE (name text, begins uuid, ends uuid) LANGUAGE sql STABLE {_HERE}",
    r"""
    SELECT relname::text, substring(bounds FROM $$FROM \('([0-9a-f-]{36})'\)$$)::uuid,
           substring(bounds FROM $$TO \('([0-9a-f-]{36})'\)$$)::uuid
      FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
      JOIN pg_partitioned_table ON partrelid = inhparent AND partdefid <> inhrelid,
           pg_get_expr(relpartbound, pg_class.oid) AS bounds
     WHERE inhparent = 'auth.audit_events'::regclass
     ORDER BY 3
""",
)

CALLER_OWNS: Final = Function(
    "audit_caller_owns()",
    f"boolean LANGUAGE sql STABLE {_HERE}",
    """
    SELECT pg_has_role(session_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'auth.audit_events'::regclass
""",
)

MAKE_ROOM: Final = Function(
    "audit_make_room(span text, ahead integer)",
    f"integer LANGUAGE plpgsql {_AS_OWNER} {_IN_A_MOMENT}",
    """
DECLARE
    made integer := 0;
    begins timestamptz;
    ends timestamptz;
    stretch text;
    grantee oid;
BEGIN
    IF (span IN ('day', 'week', 'month') AND ahead BETWEEN 1 AND 36) IS NOT TRUE THEN
        RAISE EXCEPTION 'no such room' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- A division that was broken off has left a limit that nobody may run into.
    IF EXISTS (SELECT FROM pg_constraint
                WHERE conrelid = 'auth.audit_events'::regclass AND conname = 'audit_events_first_check'
                  AND auth.audit_moment(substring(pg_get_constraintdef(oid) FROM '[0-9a-f-]{36}')::uuid)
                      < clock_timestamp() + interval '14 days') THEN
        ALTER TABLE auth.audit_events DROP CONSTRAINT audit_events_first_check;
    END IF;
    LOOP
        SELECT max(auth.audit_moment(s.ends)) INTO begins FROM auth.audit_stretches() s;
        -- Not divided, or there is room enough: the usual case takes no lock.
        EXIT WHEN begins IS NULL OR begins > clock_timestamp() + ahead * ('1 ' || span)::interval;
        IF made = 0 THEN
            -- Keeps out others who make room or take it away, and nobody who writes; then looks once more.
            LOCK TABLE auth.audit_events IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
            SELECT max(auth.audit_moment(s.ends)) INTO begins FROM auth.audit_stretches() s;
            EXIT WHEN begins > clock_timestamp() + ahead * ('1 ' || span)::interval;
        END IF;
        ends := date_trunc(span, begins) + ('1 ' || span)::interval;
        -- Whatever lies there for want of a stretch stays there: the next one begins after it.
        WHILE EXISTS (SELECT FROM auth.audit_events_other o
                       WHERE o.id >= auth.audit_place(begins) AND o.id < auth.audit_place(ends)) LOOP
            begins := ends;
            ends := ends + ('1 ' || span)::interval;
        END LOOP;
        stretch := 'audit_events_' || to_char(begins, 'YYYYMMDD');
        EXECUTE format('CREATE TABLE auth.%I (LIKE auth.audit_events INCLUDING DEFAULTS)', stretch);
        FOR grantee IN SELECT DISTINCT a.grantee FROM pg_class, aclexplode(relacl) a
                        WHERE oid = format('auth.%I', stretch)::regclass AND a.grantee <> relowner LOOP
            EXECUTE format('REVOKE ALL ON auth.%I FROM %s', stretch,
                           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END);
        END LOOP;
        EXECUTE format('ALTER TABLE auth.audit_events ATTACH PARTITION auth.%I FOR VALUES FROM (%L) TO (%L)',
                       stretch, auth.audit_place(begins), auth.audit_place(ends));
        made := made + 1;
    END LOOP;
    RETURN made;
EXCEPTION WHEN lock_not_available THEN
    RETURN 0; -- somebody else is at it; or the next time will do
END
""",
)

# Everything in the stretch is in one of the batches up to `through`: then the newest of them that it takes.
COVERING: Final = Function(
    "audit_covering(stretch text, through bigint)",
    f"TABLE (events bigint, batch bigint, whole boolean) LANGUAGE plpgsql VOLATILE {_HERE}",
    """
BEGIN
    RETURN QUERY EXECUTE format($$
        SELECT count(*), max(number), count(*) = count(number)
          FROM auth.%I e
          LEFT JOIN (SELECT number, unnest(event_ids) AS id FROM auth.audit_batches
                      WHERE number <= $1 AND event_ids IS NOT NULL
                        AND seen_until < auth.audit_moment((SELECT ends FROM auth.audit_stretches() WHERE name = %L))
                                         + interval '1 month') b ON b.id = e.id
    $$, stretch, stretch) USING through;
END
""",
)

# The stretch that may go, with how many events and up to which batch; '' when the oldest batch goes event by event;
# NULL when nothing can go yet.
REMOVABLE: Final = Function(
    "audit_removable(through bigint, OUT stretch text, OUT events bigint, OUT batch bigint)",
    f"record LANGUAGE plpgsql {_AS_OWNER}",
    """
DECLARE
    seen timestamptz;
    overdue boolean := false;
    oldest auth.audit_batches;
    each record;
BEGIN
    -- The whole before its parts, as everybody else: whoever drops one would wait for us, and we for them.
    LOCK TABLE auth.audit_events IN ACCESS SHARE MODE;
    SELECT b.seen_until INTO seen FROM auth.audit_batches b WHERE b.number = through;
    FOR each IN SELECT * FROM auth.audit_stretches() s WHERE auth.audit_moment(s.ends) <= seen LOOP
        SELECT each.name, c.events, c.batch INTO stretch, events, batch
          FROM auth.audit_covering(each.name, through) c WHERE c.whole;
        IF FOUND THEN
            RETURN;
        END IF;
        -- Something in it was never sealed, or long after it happened. It must not keep the rest from going.
        overdue := overdue OR auth.audit_moment(each.ends) < seen - interval '1 day';
    END LOOP;
    SELECT * INTO oldest FROM auth.audit_batches b WHERE b.event_ids IS NOT NULL ORDER BY b.number LIMIT 1;
    IF oldest.number <= through AND (overdue OR NOT EXISTS (
        SELECT FROM auth.audit_stretches() s, unnest(oldest.event_ids) AS id
         WHERE s.begins IS NOT NULL AND id >= s.begins AND id < s.ends)) THEN
        stretch := '';
    END IF;
END
""",
)

REMOVE_OLDEST: Final = Function(
    "audit_remove_oldest(through bigint)",
    f"bigint LANGUAGE plpgsql {_AS_OWNER} {_IN_A_MOMENT}",
    """
DECLARE
    going record;
    elsewhere uuid[];
    oldest auth.audit_batches;
    removed bigint;
BEGIN
    IF NOT auth.audit_caller_owns() AND NOT EXISTS (
        SELECT FROM auth.audit_events e, auth.audit_batches b
         WHERE e.kind = 'audit.shortened' AND jsonb_typeof(e.details -> 'through') = 'number'
           AND e.details -> 'through' >= to_jsonb(through)
           AND b.number = through AND b.seen_until < clock_timestamp() - interval '1 day') THEN
        RAISE EXCEPTION 'nobody has ordered that' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Of stretches one removes, and nobody makes room meanwhile. Whoever comes second leaves it to the first. A trail
    -- that is not divided is locked so by whatever vacuums it, and has only batches to be removed.
    IF EXISTS (SELECT FROM auth.audit_stretches()) THEN
        BEGIN
            LOCK TABLE auth.audit_events IN SHARE UPDATE EXCLUSIVE MODE NOWAIT;
        EXCEPTION WHEN lock_not_available THEN
            RETURN NULL;
        END;
    END IF;
    SELECT * INTO going FROM auth.audit_removable(through);
    IF going.stretch IS NULL THEN
        RETURN NULL;
    END IF;
    IF going.stretch = '' THEN
        SELECT * INTO oldest FROM auth.audit_batches
         WHERE event_ids IS NOT NULL AND number <= through ORDER BY number LIMIT 1 FOR UPDATE;
        IF oldest.number IS NULL THEN
            RETURN NULL;
        END IF;
        DELETE FROM auth.audit_events WHERE id = ANY (oldest.event_ids);
        GET DIAGNOSTICS removed = ROW_COUNT;
        UPDATE auth.audit_batches SET event_ids = NULL, entries = NULL WHERE number = oldest.number;
        RETURN removed;
    END IF;
    -- A batch does not end with the month: what the last ones hold beyond it goes one by one.
    SELECT array_agg(id) INTO elsewhere
      FROM auth.audit_batches, unnest(event_ids) AS id, auth.audit_stretches() s
     WHERE number <= going.batch AND event_ids IS NOT NULL
       AND s.name = going.stretch AND (id >= s.ends OR id < s.begins);
    UPDATE auth.audit_batches SET event_ids = NULL, entries = NULL
     WHERE number <= going.batch AND event_ids IS NOT NULL;
    IF elsewhere IS NOT NULL THEN
        DELETE FROM auth.audit_events WHERE id = ANY (elsewhere);
    END IF;
    -- At the very end: from here to the commit nobody can write.
    EXECUTE format('DROP TABLE auth.%I', going.stretch);
    RETURN going.events + coalesce(cardinality(elsewhere), 0);
END
""",
)

# How many events of the last week fit into no stretch; of a thousand and more, a thousand.
OUTSIDE: Final = Function(
    "audit_outside()",
    f"bigint LANGUAGE plpgsql {_AS_OWNER}",
    """
BEGIN
    RETURN (SELECT count(*) FROM (SELECT FROM auth.audit_events_other
             WHERE recorded_at > clock_timestamp() - interval '7 days' LIMIT 1000) few);
END
""",
)

MAY_ERASE: Final = Function(
    "audit_may_erase(person uuid)",
    f"boolean LANGUAGE sql STABLE {_HERE}",
    """
    SELECT has_function_privilege('auth.audit_erase(uuid, bytea)', 'EXECUTE')
       AND (auth.audit_caller_owns() OR NOT EXISTS (SELECT FROM auth.users WHERE id = person AND deleted_at IS NULL))
""",
)

ERASE: Final = Function(
    "audit_erase(event uuid, leaving bytea)",
    f"boolean LANGUAGE plpgsql {_AS_OWNER}",
    """
BEGIN
    IF NOT auth.audit_caller_owns() AND NOT EXISTS (
        SELECT FROM auth.audit_events e, LATERAL (VALUES (e.subject), (e.actor)) AS theirs (person)
         WHERE e.id = event AND e.kind <> 'audit.personal_data_erased'
           AND NOT EXISTS (SELECT FROM auth.users u WHERE u.id = person AND u.deleted_at IS NULL)
           AND EXISTS (SELECT FROM auth.audit_events o
                        WHERE o.subject = person AND o.kind = 'audit.personal_data_erased'
                          AND (o.recorded_at, o.id) > (e.recorded_at, e.id))) THEN
        RAISE EXCEPTION 'nobody has ordered that' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE auth.audit_events
       SET address = NULL, user_agent = NULL, request_id = NULL, details = '{}', salt = NULL,
           personal_digest = leaving
     WHERE id = event AND personal_digest IS NULL;
    RETURN FOUND;
END
""",
)

FUNCTIONS: Final = (
    PLACE,
    MOMENT,
    STRETCHES,
    CALLER_OWNS,
    MAKE_ROOM,
    COVERING,
    REMOVABLE,
    REMOVE_OLDEST,
    OUTSIDE,
    MAY_ERASE,
    ERASE,
)
