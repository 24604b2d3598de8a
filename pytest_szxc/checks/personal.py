"""Likely personal information, told from a field's name (zh, en, some pinyin) or from a value.

Meant to have few false alarms: a name that may as well speak of an organisation, an animal or a thing is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_szxc.checks import codes

if TYPE_CHECKING:
    from pytest_szxc.model import Json


class Kind(StrEnum):
    """What a field or a value is, as far as it can be told."""

    NAME = "name"
    CITIZEN_NUMBER = "citizen-number"
    ID_PHOTO = "id-photo"
    MOBILE = "mobile"
    BANK_CARD = "bank-card"
    ACCOUNT = "account"
    HOME_ADDRESS = "home-address"
    BIOMETRIC = "biometric"


# The first that fits wins: an ID photo's name holds the words of the ID number.
_NAMES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.ID_PHOTO, "(?:身份证|证件).{0,4}(?:照片?|影像|图片|扫描件|复印件|正面|反面|人像面|国徽面)$"),
        (Kind.ID_PHOTO, "(?:^|_)id(?:_?card|entity_card)?_(?:photo|image|picture|scan|copy)$"),
        (Kind.CITIZEN_NUMBER, "身份证(?:件)?(?:号|号码|编号)?$|公民身份号码?$|^(?:个人|本人|户主|人员)?证件号码?$"),
        (Kind.CITIZEN_NUMBER, "(?:^|_)(?:id_?card|identity_card|citizen(?:_id)?|national_id)_(?:no|num|number)$"),
        (Kind.CITIZEN_NUMBER, "(?:^|_)(?:id_?card|citizen_id|national_id|sfzhm?)$"),
        (Kind.MOBILE, "手机(?:号|号码)?$|移动电话(?:号码)?$"),
        (Kind.MOBILE, "(?:^|_)(?:mobile|cell)(?:_?phone)?(?:_no|_num|_number)?$|(?:^|_)sjhm?$"),
        (Kind.BANK_CARD, "银行卡(?:号|账号|帐号)?$|一卡通卡?号$|个人(?:银行)?[账帐]号$"),
        (Kind.BANK_CARD, "(?:^|_)bank_?card(?:_no|_num|_number)?$|(?:^|_)yhkh$"),
        (Kind.ACCOUNT, "[账帐]号$|[账帐]户$"),
        (Kind.ACCOUNT, "(?:^|_)(?:bank_)?account_(?:no|num|number)$|(?:^|_)bank_account$"),
        (Kind.NAME, "姓名$"),
        (Kind.NAME, "(?:^|_)(?:person|householder|farmer|resident|citizen|beneficiary)_(?:full_)?name$"),
        (Kind.NAME, "(?:^|_)(?:full|real|first|last)_name$"),
        (Kind.HOME_ADDRESS, "家庭(?:住址|地址)$|户籍地址?$|居住地址$|住址$"),
        (Kind.HOME_ADDRESS, "(?:^|_)(?:home|residential)_address$"),
        (Kind.BIOMETRIC, "(?:人脸|虹膜)(?:照片|图像|图片|特征|信息|数据)?$|^指纹(?:特征|图像|信息|数据)?$|声纹"),
        (Kind.BIOMETRIC, "(?:^|_)(?:face|iris)_(?:image|photo|feature|code)$"),
        (Kind.BIOMETRIC, "^fingerprint(?:_image)?$|(?:^|_)voiceprint$"),
    )
)
# Whoever signs for an organisation is named in its records as a matter of course.
_ROLES = re.compile("法定代表人|法人代表|法人|负责人|联系人|经办人|审批人|审核人|填报人|检测人|采样人|操作员")
_THINGS = re.compile("产品|品种|作物|牲畜|动物|设备|企业|单位|机构")
_CAMEL = re.compile("(?<=[a-z0-9])(?=[A-Z])")
_SPLIT = re.compile("[^0-9a-z\u4e00-\u9fff]+")
_BLANKS = re.compile("[ -]")
_BETWEEN = re.compile("[,;、:\\s]")
_LONGEST = 64
_SHORTEST, _BEYOND = 10**15, 10**19
"""Numbers of 16 to 19 digits: bank cards and citizen numbers."""
_DEPTH = 3


def field_kind(name: str) -> Kind | None:
    """What a field's name says it holds; ``None`` where nothing can be told."""
    return _kind_of(name[:_LONGEST])


@lru_cache(maxsize=2048)
def _kind_of(name: str) -> Kind | None:
    """The same names come again with every entry."""
    plain = _plain(name)
    return next((kind for kind, pattern in _NAMES if pattern.search(plain)), None)


def personal_field(name: str) -> Kind | None:
    """What personal information a field's name clearly says it holds; ``None`` where it may speak of something else.

    Accounts, persons in office and names of things are left out.
    """
    kind = field_kind(name)
    return None if kind is Kind.ACCOUNT or _ROLES.search(name) or _THINGS.search(name) else kind


def value_kind(value: Json) -> Kind | None:
    """What a value clearly is or holds: a citizen number, a bank card or a mobile number; masked values are nothing.

    A text may name several, with commas, colons or blanks between; lists and objects are looked through. A whole number
    is no mobile number: too many quantities have eleven digits.
    """
    return _value_kind(value, _DEPTH)


def _value_kind(value: Json, depth: int) -> Kind | None:
    if isinstance(value, str):
        return _text_kind(value) if len(value) <= _LONGEST else None
    if isinstance(value, int):
        kind = _number_kind(str(value)) if _SHORTEST <= value < _BEYOND else None
        return None if kind is Kind.MOBILE else kind
    if not isinstance(value, list | dict) or not depth:
        return None
    inner = value.values() if isinstance(value, dict) else value
    return next((kind for one in inner if (kind := _value_kind(one, depth - 1))), None)


def _text_kind(value: str) -> Kind | None:
    text = unicodedata.normalize("NFKC", value)
    whole = _number_kind(_BLANKS.sub("", text))
    return whole or next((kind for part in _BETWEEN.split(text) if (kind := _number_kind(part))), None)


def _number_kind(text: str) -> Kind | None:
    if codes.is_citizen_number(text):
        return Kind.CITIZEN_NUMBER
    if codes.is_bank_card(text):
        return Kind.BANK_CARD
    return Kind.MOBILE if codes.is_mobile(text) else None


def _plain(name: str) -> str:
    """A name in lower case with its words joined by ``_``: ``idCardNo`` and ``ID-card no`` are ``id_card_no``."""
    spaced = _CAMEL.sub("_", unicodedata.normalize("NFKC", name).strip())
    return _SPLIT.sub("_", spaced.lower()).strip("_")
