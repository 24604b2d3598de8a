"""Fields and values that clearly are personal information, and the many that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.checks import personal
from pytest_szxc.checks.personal import Kind

FIELDS = {
    "身份证号": Kind.CITIZEN_NUMBER,
    "户主身份证号码": Kind.CITIZEN_NUMBER,
    "公民身份号码": Kind.CITIZEN_NUMBER,
    "证件号码": Kind.CITIZEN_NUMBER,
    "idCard": Kind.CITIZEN_NUMBER,
    "id_card_no": Kind.CITIZEN_NUMBER,
    "IDCardNumber": Kind.CITIZEN_NUMBER,
    "citizen number": Kind.CITIZEN_NUMBER,
    "SFZH": Kind.CITIZEN_NUMBER,
    "身份证照片": Kind.ID_PHOTO,
    "身份证正面": Kind.ID_PHOTO,
    "证件照": Kind.ID_PHOTO,
    "证件照片": Kind.ID_PHOTO,
    "id_photo": Kind.ID_PHOTO,
    "idCardImage": Kind.ID_PHOTO,
    "手机号": Kind.MOBILE,
    "户主手机号": Kind.MOBILE,
    "移动电话号码": Kind.MOBILE,
    "mobile": Kind.MOBILE,
    "mobilePhone": Kind.MOBILE,
    "cell_phone_number": Kind.MOBILE,
    "银行卡号": Kind.BANK_CARD,
    "bankCardNo": Kind.BANK_CARD,
    "一卡通号": Kind.BANK_CARD,
    "户主姓名": Kind.NAME,
    "farmer_name": Kind.NAME,
    "fullName": Kind.NAME,
    "家庭住址": Kind.HOME_ADDRESS,
    "home_address": Kind.HOME_ADDRESS,
    "人脸图像": Kind.BIOMETRIC,
    "指纹": Kind.BIOMETRIC,
}
ROLES_AND_ACCOUNTS = {
    "开户账号": Kind.ACCOUNT,
    "bank_account": Kind.ACCOUNT,
    "负责人手机号": Kind.MOBILE,
    "法定代表人姓名": Kind.NAME,
    "企业联系人姓名": Kind.NAME,
}
OTHERS = [
    "",
    "产品名称",
    "村名",
    "名称",
    "联系电话",
    "手机型号",
    "手机号归属地",
    "品种DNA指纹",
    "指纹图谱",
    "牲畜出生日期",
    "地块编号",
    "单位地址",
    "乡镇名称",
    "name",
    "phone",
    "address",
    "product_name",
    "mobile_app",
    "id",
    "id_number",
    "cardinality",
    "account_type",
    "national_standard",
    "discovered",
    "surface_photo",
]


@pytest.mark.parametrize(("field", "kind"), FIELDS.items())
def test_personal_field(field: str, kind: Kind) -> None:
    assert personal.field_kind(field) is kind
    assert personal.personal_field(field) is kind


@pytest.mark.parametrize(("field", "kind"), ROLES_AND_ACCOUNTS.items())
def test_field_of_an_office_is_no_alarm(field: str, kind: Kind) -> None:
    assert personal.field_kind(field) is kind
    assert personal.personal_field(field) is None


@pytest.mark.parametrize("field", OTHERS)
def test_other_field(field: str) -> None:
    assert personal.field_kind(field) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("999999190001010015", Kind.CITIZEN_NUMBER),
        ("999999 19000101 0015", Kind.CITIZEN_NUMBER),
        ("13900000000", Kind.MOBILE),
        ("139-0000-0000", Kind.MOBILE),
        ("１３９００００００００", Kind.MOBILE),
    ],
)
def test_personal_value(value: str, kind: Kind) -> None:
    assert personal.value_kind(value) is kind


@pytest.mark.parametrize(
    "value",
    [
        None,
        13900000000,
        "138****0000",
        "999999********0015",
        "999999190001010016",
        "12999999000000051X",
        "0577-12345678",
        "2026-05-06",
        "202605061000",
        "1234567890123456",
        "999999100201",
        "3070010010100011",
        "",
        "13900000000" * 10,
    ],
)
def test_other_value(value: object) -> None:
    assert personal.value_kind(value) is None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert personal.field_kind(text) in {None, *Kind}
    assert personal.value_kind(text) in {None, *Kind}
