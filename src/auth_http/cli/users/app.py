"""The commands of `auth-service users`, in the order of their help, and the examples in it."""

import typer

from auth_http.cli.users import (
    bulk,
    changing,
    closing,
    creating,
    erasing,
    finding,
    invitations,
    moving,
    passwords,
    roles,
    sessions,
)

app = typer.Typer(
    help="Create, invite, list, change, close and delete accounts, import and export them, say who holds which roles.",
    no_args_is_help=True,
)

app.command(
    "import",
    epilog="Examples: `auth-service users import people.jsonl --dry-run`, "
    "`auth-service users import people.csv --report refused.jsonl`",
)(moving.import_users)
app.command("export", epilog="Example: `auth-service users export people.jsonl --with-password-hashes`")(
    moving.export_users
)
app.command(
    epilog="Examples: `auth-service users invite ada@example.com`, "
    "`auth-service users invite ada@example.com --first-name Ada --last-name Lovelace --role accountant --locale de`"
)(invitations.invite)
app.command("invitations", epilog="Example: `auth-service users invitations --json | jq -r .items[].email`")(
    invitations.list_invitations
)
app.command("resend-invitation", epilog="Example: `auth-service users resend-invitation ada@example.com`")(
    invitations.resend_invitation
)
app.command("withdraw-invitation", epilog="Example: `auth-service users withdraw-invitation ada@example.com`")(
    invitations.withdraw_invitation
)
app.add_typer(sessions.app, name="sessions")
app.command(
    epilog="Examples: `auth-service users bulk people.jsonl --dry-run`, `auth-service users bulk people.jsonl`. "
    'A line: `{"key": "hire-4711", "do": "create", "email": "ada@example.com", "password": "…", "first_name": "Ada", '
    '"last_name": "Lovelace"}`'
)(bulk.bulk)
app.command(
    epilog="Examples: `auth-service users create ada@example.com --first-name Ada --last-name Lovelace --admin`, "
    "`pass show ada | auth-service users create ada@example.com --first-name Ada --last-name Lovelace "
    "--password-stdin`"
)(creating.create)
app.command(
    "list",
    epilog="Examples: `auth-service users list --query hop --role accountant --sort name`, "
    "`auth-service users list --all --json | jq -r .email`",
)(finding.list_users)
app.command(epilog="Example: `auth-service users show ada@example.com`")(finding.show)
app.command(epilog="Example: `auth-service users disable mallory@example.com`")(closing.disable)
app.command(epilog="Example: `auth-service users enable mallory@example.com`")(closing.enable)
app.command(
    epilog="Example: `auth-service users update ada@example.com --last-name Byron --email ada.byron@example.com`"
)(changing.update)
app.command(epilog="Example: `auth-service users delete mallory@example.com --yes`")(closing.delete)
app.command(
    epilog="Examples: `auth-service users erase 0199a1f3-5c00-7a3e-9b1c-2f6d1e0c4a55`, "
    "`auth-service users erase mallory@example.com --now --yes`"
)(erasing.erase)
app.command("erase-deleted", epilog="Example: `auth-service users erase-deleted`")(erasing.erase_deleted)
app.command("erase-unproven", epilog="Example: `auth-service users erase-unproven`")(erasing.erase_unproven)
app.command(epilog="Example: `auth-service users restore mallory@example.com`")(closing.restore)
app.command(
    "reset-password",
    epilog="Examples: `auth-service users reset-password ada@example.com --generate-password`, "
    "`pass show ada | auth-service users reset-password ada@example.com --password-stdin --keep`",
)(passwords.reset_password)
app.command("force-password-change", epilog="Example: `auth-service users force-password-change ada@example.com`")(
    passwords.force_password_change
)
app.command(
    epilog="Examples: `auth-service users roles ada@example.com`, "
    "`auth-service users roles ada@example.com --add accountant --remove clerk`"
)(roles.roles)
