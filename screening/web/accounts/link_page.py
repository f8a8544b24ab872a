"""The one page that shows a link to set a password."""

from __future__ import annotations

from flask import current_app, render_template, url_for


def link_page(name: str, link: str) -> str:
    address = current_app.config["PUBLIC_URL"] + url_for("staff.set_password", link=link)
    return render_template("accounts/administration/link.html", name=name, address=address)
