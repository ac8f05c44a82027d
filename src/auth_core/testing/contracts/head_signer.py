"""What everybody promises who signs the heads of an audit trail."""

from dataclasses import replace

from auth_core.audit.ports import HeadSigner, Judgement

_HEAD = bytes(range(32))


class HeadSignerContract:
    """Subclass it and provide the fixtures `signer`, and `stranger` with another key."""

    def test_what_it_has_signed_is_valid(self, signer: HeadSigner) -> None:
        assert signer.judge(_HEAD, signer.sign(_HEAD)) is Judgement.VALID

    def test_a_signature_is_for_one_head(self, signer: HeadSigner) -> None:
        signature = signer.sign(_HEAD)

        for place in range(32):
            other = bytearray(_HEAD)
            other[place] ^= 1
            assert signer.judge(bytes(other), signature) is Judgement.INVALID

    def test_a_changed_signature_is_not_valid(self, signer: HeadSigner) -> None:
        signature = signer.sign(_HEAD)

        for mac in (b"", signature.mac[:-1], signature.mac + b"\x00", bytes(len(signature.mac))):
            assert signer.judge(_HEAD, replace(signature, mac=mac)) is Judgement.INVALID

    def test_what_another_has_signed_is_not_known(self, signer: HeadSigner, stranger: HeadSigner) -> None:
        assert signer.judge(_HEAD, stranger.sign(_HEAD)) is Judgement.UNKNOWN_KEY

    def test_nobody_signs_in_the_name_of_another(self, signer: HeadSigner, stranger: HeadSigner) -> None:
        claimed = replace(stranger.sign(_HEAD), key_id=signer.sign(_HEAD).key_id)

        assert signer.judge(_HEAD, claimed) is Judgement.INVALID
