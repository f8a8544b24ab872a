"""A patient without JavaScript: the same pages, sent as a plain browser sends them."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
from html import unescape


class Visitor:
    """Fetch pages of an installation and send their forms; keeps cookies like a browser."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.url, self.html = "", ""

    @property
    def cookies(self):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def bring(self, url, **cookies):
        """Hold these cookies for an installation already."""
        host = urllib.parse.urlsplit(url).hostname
        for name, value in cookies.items():
            rest = (None, False, host, True, False, "/", True, False, None, True, None, None, {})
            self.jar.set_cookie(http.cookiejar.Cookie(0, name, value, *rest))
        return self

    def lend(self, page):
        """Let a browser's page hold our cookies: it is the same patient's phone."""
        root = urllib.parse.urljoin(self.url, "/")  # else they would be of this page's folder only
        page.context.add_cookies(
            [{"name": c.name, "value": c.value, "url": root} for c in self.jar]
        )

    def get(self, url):
        return self._open(urllib.request.Request(url))

    def post(self, url=None, **fields):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.html)[1]
        body = urllib.parse.urlencode({"csrf_token": token, **fields}, doseq=True).encode()
        return self._open(urllib.request.Request(url or self.url, body))

    def _open(self, request):
        with self.opener.open(request, timeout=30) as response:
            self.url, self.html = response.geturl(), response.read().decode()
        return self

    def begin(self, link):
        """Open the link and start, for what is ticked there."""
        self.get(link)
        return self.post(procedures=self._ticked())

    def submit_quietly(self, link, special=(), name="Lan Nguyen"):
        """Answer everything with "no", stand by it, send it; return when the receipt is shown."""
        self.begin(link)
        self.answer_quietly(special)
        while self.url.endswith("/screening/medicine"):
            self.stand_by()
            self.answer_quietly(special)
        return self.declare(name)

    def stand_by(self):
        """Say to each question about a medicine that all is right as it stands."""
        abouts = re.findall(r'name="(about\d)" value="([^"]+)"', self.html)
        replies = {n.replace("about", "reply"): "yes" if a == "unread" else "no" for n, a in abouts}
        return self.post(**{name: unescape(about) for name, about in abouts}, **replies)

    def declare(self, name="Lan Nguyen"):
        return self.post(who="self", agree="y", full_name=name)

    def answer_quietly(self, special=()):
        """Answer every question with "no", those in `special` as told, without sending it."""
        special = dict(special)
        if "/procedures" in self.url:
            self.post(procedures=self._ticked())
        while "/screening/questions/" in self.url:
            self.post(**{"screen.asked": " ".join(self.asked)}, **self._replies(special))
        return self

    def _ticked(self):
        return re.findall(r'name="procedures" value="([^"]+)" checked', self.html)

    @property
    def asked(self):
        """The names of what the page asks, in order."""
        return re.search(r'name="screen.asked" value="([^"]*)"', self.html)[1].split()

    def _replies(self, special):
        return {name: self._reply(name, special) for name in self.asked}

    def _reply(self, name, special):
        link_id, _, option = name.partition(".")
        told = special.get(name, special.get(link_id))
        offered = [unescape(v) for v in self._values(name)]
        if isinstance(told, list) and "yes" in offered:  # a list, or an option of it, as a row
            rest = next((code for code in ("unknown", "tell-doctor") if code in told), "no")
            chosen = option in told if option else set(told) - {"none", "unknown", "tell-doctor"}
            return "yes" if chosen else rest
        return told or self._quiet(name)

    def _values(self, name):
        return re.findall(rf'name="{re.escape(name)}"[^>]* value="([^"]+)"', self.html)

    def _quiet(self, name):
        if re.search(rf'name="{re.escape(name)}" inputmode="numeric"', self.html):
            return ["3", "5", "1986"]
        values = self._values(name)
        if not values:
            return "nothing"
        quiet = [v for v in values if v in {"no", "none"}] or [v for v in values if v[0] == "n"]
        return unescape((quiet or values)[-1])


class Unseen(Visitor):
    """The same with the cookies of a browser's page, to come quickly to a page far on."""

    def __init__(self, page):
        self.browser = page.request
        self.get(page.url)

    def _open(self, request):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        response = self.browser.fetch(
            request.full_url, method=request.get_method(), data=request.data, headers=headers
        )
        self.url, self.html = response.url, response.text()
        return self
