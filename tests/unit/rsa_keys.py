"""RSA keys whose primes everybody knows: to find new ones takes longer than a hundred tests do."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa


def _key(p: str, q: str) -> rsa.RSAPrivateKey:
    first, second = int(p, 16), int(q, 16)
    exponent = rsa.rsa_recover_private_exponent(65537, first, second)
    return rsa.RSAPrivateNumbers(
        p=first,
        q=second,
        d=exponent,
        dmp1=rsa.rsa_crt_dmp1(exponent, first),
        dmq1=rsa.rsa_crt_dmq1(exponent, second),
        iqmp=rsa.rsa_crt_iqmp(first, second),
        public_numbers=rsa.RSAPublicNumbers(65537, first * second),
    ).private_key(unsafe_skip_rsa_key_validation=True)


OF_3072_BITS: Final = _key(
    "e2e28e39923d0e3d6696549987f9888366cb1a81d152145ca904fc9d5c402b691d2a9465b2345a188605d7ed0b6ece20abba6543c5d276da"
    "a5784c6726eca61a0a7a96046a4f23c4b72537b8a86c8ccdca6ba21013307fdf8b8f27cff3d7d2da6855f2afb78be40204c7a33d222d91ab"
    "26d0dfe30a2b4f9e48cb4b1fcdefcd7251ffddf9e25a4b799c0677bb07fcab8ca6fb784ac1f888a39a55929c05daec81f24a184310731148"
    "8c06f6b9084b00b8d5cfa32e4bd02744b879fe0d00a9ef47",
    "d34454928b156062a2fe9c0b1906e773f338c4d778084fea1269b571bf3396a2316d5a0ea8ef53ce2117f6b30e4a2f9348ae1f3ff040b0db"
    "ee3a7d567f4b02f3deb828df8084a92ec72c8f180d58f52cab5dcbbec149d6fc3882686581b675ae6f6645911774101ff617b9990192324a"
    "543567b7450c922a78b6347d29e3305764d84a9a6bb02710f070778fbec356b8933a09eadea94f437e1062816fbfbb3b730b184b28599fe9"
    "23afde9eab6b2d9700963875e04bf8371aee430cc69c1041",
)
ANOTHER_OF_3072_BITS: Final = _key(
    "f3c23aa9c02b163535be7dd40a14113c879906f03ab53d5f0dd116625840be94461e9da3a82924b5505202b71ae3b0565478f60e2f8c1c3c"
    "40a1f04eb5c4596df6b81748816bc311146d81ab8f4d6ac9a2bc9620de946da474dc3cd07f4f3a9746f0e7a12d7a44095422141a40f6b3dd"
    "a03f346f9007647770f65b70508d73b3e935ddd339cde104e3770676e01c099156d555eab17b64c20ee55ed4fc9614b2d80a6e5cb86cddd6"
    "2de5a39128d6a49fb652906080b9c7fe391c074827158d9d",
    "c97814481880729973614d0dad3d6bfbaf7ca1e54af81da5eeb1ded4a432b6db3ead93118621a1699438e1e24ca4a5c0d797535a16b16d70"
    "18c96456eb520a2551e72a5e69d593f68dbd7c1b01444ecc446a863e6051e63a9c2d6d5220cf54c7dc49d4965eda335d957590c21a120b69"
    "1cc53bdfa635abe8cd075ef9d4b99df6263da20e547490b913460c1d6d97aac7c9f6025a89c29dc679a8b7f193894450743166f93ae45cef"
    "4d7a91827f1bf918ec8a7a359c563566099a21026acc78dd",
)
OF_2048_BITS: Final = _key(
    "df55e9c986ea2d9b43da78690193fb0b22d57a14c3aef06afffc31b36f6af6abd1d93c81b7d4af26a909854df932fcea1294929d5f596e1e"
    "5bed959bc4c43774dd844aeab6fe8b9abaab5511bb7d345c91ecb0198416820587a407ad4ee54b42a44852888ffa5df53aa9eee1fa559b70"
    "17db96dc489f48d7b7eb14b472607a1b",
    "dd3de15864fcb05836f58ff9a0a66ddebbd865b56e1c8bcda856c4de089cce5a56fe6eec6539f1a27a4de00a2097d713e5f6b58aab4eab48"
    "0cc77a102f3de430c4c25a070733db36254d6f88ac13b2bc3fcb17dbe8b52d1d1d1187d8d80fe359e13f8c2ef7cd51feb09b75f0cdb3674c"
    "7272986e3cf20e0047a7c43243447aaf",
)
