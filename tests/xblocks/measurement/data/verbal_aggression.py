"""316 persons, 24 items: would they curse, scold, shout; see README.md."""

ITEMS = [
    f"{situation}{mode}{act}"
    for mode in ("Want", "Do")
    for situation in ("S1", "S2", "S3", "S4")
    for act in ("Curse", "Scold", "Shout")
]

# One word a person: the 24 answers as six hexadecimal digits, the first item highest, and F or M.
PEOPLE = (
    "00cb27M 000020M f60644F fe0fe0F b24d24F d38926F fe8fc0F 000924F 1ac92aF feffc7F ff8fc0F febd96F b24d84M "
    "ffcff2M 95cda6F b64e26F 944fbfF b68b00F 000000F fe4b80F f84900F ffffb6F fffff6F bbc800F 00ed04F 124004F "
    "de0004F ffbec9F f45d26M b5cfb7F fc7fc7F fbdfafM 110fb5M f40f00F fc0fc0F ffeffeF 048000F 041e44F 1c01c2M "
    "0a0000M e3d209F 079615F 800000F 204926F 5a0980F ff7f86F fe7f37F 204000F 045e16F bc0fa4F 000907F 367cd7F "
    "f7ef3eF fc09a4F 048b34F ffdfffF b46fe2F b6fddfF 300b80M 249200F ffdfc8F ffffd6F feb200F bcf4cfF b65920F "
    "202926F a69b24F ffffffF 9a5586F b79014F 100248F 9477c3F 200000F fe0490F 300002F 901001F 145100F 800400F "
    "9650c0M 904d36M c06400M fb6fb6F 9149b2F b24804F d87ec7F 104000F ffee36F fa7d07F 924926M 904000F 824000F "
    "000008F d36d86M 924000M fc6fe6F da6da6F 180000F f07f07F 184200F 904004F da69a6F 494004F 4b6db6F d90482F "
    "fffd87F 925905F 124b00F ffedb6F 104800F 900000F 904800F 924000F db7134F 9b6d06F ffffa7F ff4de0F ffd924F "
    "fe4d80F 092480M 36f92fM da4d26F fe4f24F 904904F ffffffM da4806F b64b64F c80506F de6106F cb0000F db6db6F "
    "fe63c7F ffcffcF 1a7000F 102400F fb6d86F 105804F 1e0000F 464f36M db5db4M 180100F da6000F da6fe7F fceb46F "
    "d86ca6F ffffffF 9e6924F d24d24F 7c6bc6F d84d06F 404a04F fe7ed6M fc6fe2F db6d86M df4df5M fbc6efM a44000F "
    "9a4980F d36db6F 6c0924F ff7fc6F fc7f27M 838924M dee924M ebc924F da6006F de6c27F d86d86M 9c49a4F f82d86M "
    "986924F 9e7004F 9befacM 586984F 265164M fe0f4cF bf7da4F fffffeM 24f904F 35db65F df77c4F 320100M 926906F "
    "da6d26F da5d85F 041024F 1c0582F 5c6d87F 5c6da6M d86da6M 924904M 020304M 9c6986F fc0fc6F fc4804F ffffffF "
    "201d86F 102482F 006c96M 182d90M 249da4F fffe07F ea6f86M fb6fb6M 924924F 000d86M da49a4M eb0fb0F 020800F "
    "ff7ff6M db6db6M dd7d87M fd7fefF f437a6F 002da6M fc2ff4M d00d00F ff0db6M ff71b4M bdfff7M ff6fe6M ffffc7F "
    "ff7df7F da6d04F 9b4e00F 68cdb6M 3c41e6F 7c7fc4F fa4fa4M 1a7d86F df5d25F ffd924F 249040M ff6e36F ff6f46M "
    "ff6df4F 504884F da0d00F d04000F 521000F 000000F e80c00F ffeff0F ffec82F fc7f86F 024000F f80dc0F 1f8ddeM "
    "c00000F e01400M fd4f30F 000000F ff7ff7F f80c20F 9b69a4M 3e7186F dc4080F fb6ee0F 9f0900M ff7fe7M 7ffff7F "
    "fc71c7F ffffffF fffff6F fe7fe7F df0df0F df4da4F db6180F 784900F 6d3201F f30820F 9b6db6F ffffb4F fd7d86M "
    "db4db4F ff4db4F 924924F 7c7000F d3c830F 1c0000F 030d02F ff7db4F d34c20M db0030M ff7d86F fbe5b2F 786f96M "
    "df0000F befc24F fecd24F b34c20M be5965F ff7001F fffee6F fe7fe5F ee4800F 480180F 000906F 000de4M 6d3487F "
    "da4698F da4000F 4a4800F f34db6M e121b8M ffec30F ff7fffM 364804F 7dfc20F c30c30F c3ce34F fb2d70M fe8fe0M "
    "db6820F 000000F da6126F f48000F "
)


def rows() -> tuple[list[list[int]], list[bool]]:
    """Return a row of 0s and 1s for each person, and whether they are of the reference group (men)."""
    words = PEOPLE.split()
    answers = [[int(word[:6], 16) >> (23 - item) & 1 for item in range(24)] for word in words]
    return answers, [word[6] == "M" for word in words]
