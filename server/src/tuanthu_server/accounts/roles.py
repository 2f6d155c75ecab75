"""The roles that people have."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is to the collector. All but the unit officer see the whole department."""

    ADMINISTRATOR = "administrator", _("Quản trị cấp Sở")
    VIEWER = "viewer", _("Cán bộ cấp Sở (chỉ xem)")
    OFFICER = "officer", _("Cán bộ đơn vị")
    AUDITOR = "auditor", _("Kiểm tra, giám sát (đọc tất cả, không ghi)")


DEPARTMENT_ROLES = frozenset({Role.ADMINISTRATOR, Role.VIEWER, Role.AUDITOR})
"""Those who see every unit."""
