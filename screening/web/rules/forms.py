"""What a clinical lead uploads."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from screening.web.core.kept_form import KeptForm


class DefinitionsForm(KeptForm):
    archive = FileField(
        _l("Folder with questions and lists, as a ZIP file"),
        [FileRequired(_l("Choose a ZIP file."))],
        description=_l("At most 1 MB. It is read, tried and thrown away."),
    )
