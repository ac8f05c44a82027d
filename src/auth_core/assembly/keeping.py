"""The rooms of the record, of counted attempts, and of what is done from time to time."""

from auth_core.assembly.policies import Policies
from auth_core.assembly.ports import Ports
from auth_core.assembly.shared import Shared
from auth_core.audit.erase import ErasePersonalData
from auth_core.audit.export_events import ExportEvents
from auth_core.audit.list_events import ListEvents
from auth_core.audit.make_room import MakeRoom
from auth_core.audit.read_head import ReadHead
from auth_core.audit.remove_old import RemoveOldEvents
from auth_core.audit.seal import SealEvents
from auth_core.audit.verify_trail import VerifyTrail
from auth_core.rooms import AuditRoom, ThrottlingRoom, UpkeepRoom
from auth_core.throttling.clear import ClearBudgets
from auth_core.throttling.look import LookAtBudgets
from auth_core.upkeep.erase_deleted import EraseDeleted
from auth_core.upkeep.erase_unproven import EraseUnproven
from auth_core.upkeep.erasing_many import ErasingMany
from auth_core.upkeep.purge import Purge
from auth_core.upkeep.reseal import Reseal


def audit_room(ports: Ports, policies: Policies, shared: Shared) -> AuditRoom:
    """The record of what happened."""
    return AuditRoom(
        list=ListEvents(uow=shared.uow),
        export=ExportEvents(uow=shared.uow),
        seal=SealEvents(uow=shared.uow, signer=ports.head_signer, clock=ports.clock, policy=policies.audit),
        read_head=ReadHead(uow=shared.uow),
        verify=VerifyTrail(uow=shared.uow, signer=ports.head_signer, policy=policies.audit),
        erase=ErasePersonalData(uow=shared.uow, erasure=shared.erasure, clock=ports.clock),
        make_room=MakeRoom(uow=shared.uow, policy=policies.audit),
        remove_old=RemoveOldEvents(uow=shared.uow, record=shared.record, clock=ports.clock, policy=policies.audit),
    )


def throttling_room(ports: Ports, shared: Shared) -> ThrottlingRoom:
    """Attempts that are counted."""
    return ThrottlingRoom(
        look=LookAtBudgets(guard=shared.throttle),
        clear=ClearBudgets(guard=shared.throttle, uow=shared.uow, record=shared.record, clock=ports.clock),
    )


def upkeep_room(ports: Ports, policies: Policies, shared: Shared) -> UpkeepRoom:
    """What keeps the store small, and sealed."""
    erase_many = ErasingMany(uow=shared.uow, erasing=shared.erasing)
    return UpkeepRoom(
        purge=Purge(
            sessions=ports.ended_sessions,
            revocations=ports.old_revocations,
            answers=ports.old_answers,
            messages=ports.old_messages,
            tokens=ports.old_tokens,
            webhook_deliveries=ports.old_webhook_deliveries,
            webhook_deliveries_kept=policies.webhooks.delivery.kept,
            budgets=ports.budgets,
            messages_kept=policies.delivery.kept,
            clock=ports.clock,
            policy=policies.sessions,
            clock_skew=policies.tokens.clock_skew,
        ),
        erase_deleted=EraseDeleted(erase=erase_many, clock=ports.clock, policy=policies.users),
        erase_unproven=EraseUnproven(erase=erase_many, clock=ports.clock, policy=policies.users),
        reseal=Reseal(
            uow=shared.uow,
            key_sealer=ports.key_sealer,
            password_sealer=ports.password_sealer,
            message_sealer=ports.message_sealer,
            webhook_sealer=ports.webhook_sealer,
        ),
    )
