"""A second opinion: pygamlastan, an independent service provider in Rust."""

import re

from pygamlastan import SamlError as OracleError
from pygamlastan import crypto, profiles, security

from gatepost.saml.algorithms import DIGEST_URIS, SIGNATURE_URIS
from gatepost.saml.response import Expected
from tests.saml.keys import Pair, pair
from tests.saml.maker import Made

__all__ = ["OracleError", "ask"]

_START = re.compile(r"<saml:EncryptedAssertion[^>]*(?=>)")
_AROUND = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
}


def ask(made: Made, expected: Expected, *keys: Pair, signs: str) -> profiles.AuthnResult:
    """Let the oracle read the Response; it must be told what is signed.

    Raises:
        OracleError: it refuses.
    """
    pems = [one.certificate_pem.encode() for one in keys or (pair("idp"),)]
    verifier = crypto.SamlVerifier.from_certs(pems)
    verifier.set_skip_time_checks(skip=True, unsafe_allow_skip_time_checks=True)
    policy = crypto.AlgorithmPolicy.allow_only(sorted(SIGNATURE_URIS), sorted(DIGEST_URIS))
    verifier.set_algorithm_policy(policy)
    settings = security.SecurityConfig()
    settings.clock_skew_seconds = int(expected.clock_skew_s)
    settings.max_assertion_age_seconds = 600
    settings.require_signed_assertions = signs != "response"
    settings.require_signed_responses = signs != "assertion"
    settings.allow_unsolicited_responses = expected.allow_unsolicited
    ours = crypto.KeysManager()
    for pem in expected.decryption_keys:
        ours.add_key_pem(pem)
    return profiles.process_response_verified(
        _with_declarations(made.xml.decode()),
        verifier,
        settings,
        sp_entity_id=expected.service_provider.entity_id,
        acs_url=expected.service_provider.acs_url,
        expected_idp_entity_id=expected.identity_provider.entity_id,
        expected_request_id=expected.request_id,
        now=expected.now,
        replay_cache=security.InMemoryReplayCache(),
        decryptor=crypto.SamlDecryptor(ours),
    )


def _with_declarations(text: str) -> str:
    """Declare again what stands around: the oracle cuts the encrypted assertion out of it."""
    return _START.sub(lambda found: found[0] + _missing(found[0]), text)


def _missing(start: str) -> str:
    missing = {prefix: uri for prefix, uri in _AROUND.items() if f"xmlns:{prefix}=" not in start}
    return "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in missing.items())
