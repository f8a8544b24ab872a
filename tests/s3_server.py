"""A small server that speaks of S3 what an object store is asked for, on loopback.

It keeps objects in memory and asks nobody who they are; names, conditions, lists and answers
are S3's. (moto's server was tried instead, and the same tests pass over it. Its boto3 wants
another python-dateutil than the product is shipped with.)
"""

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

ERROR = "<Error><Code>{}</Code><Message>{}</Message></Error>"
LISTED = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name>'
    "<Prefix>{prefix}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>"
    "<IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
)
ONE = (
    "<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
    '<ETag>"{tag}"</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>'
)
DELETED = '<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}</DeleteResult>'
KEY = re.compile("<Key>([^<]*)</Key>")


class S3Server:
    """`buckets` holds what is there, by bucket and key; one that is not there is refused."""

    def __init__(self):
        self.buckets = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (_Asked,), {"s3": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    @property
    def settings(self):
        """Return the environment in which a program finds it."""
        return {
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
        }


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: S3Server

    def _spot(self):
        """Return the bucket's objects and the key that is asked for; answer where there is none."""
        address = urlsplit(self.path)
        name, _, key = unquote(address.path).lstrip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket = self.s3.buckets.get(name)
        if bucket is None:
            self._answer(404, ERROR.format("NoSuchBucket", name).encode())
        return name, bucket, key, body, parse_qs(address.query)

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        for header, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(header.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self):
        _name, bucket, key, body, _query = self._spot()
        if bucket is None:
            return
        if self.headers.get("If-None-Match") == "*" and key in bucket:
            self._answer(412, ERROR.format("PreconditionFailed", key).encode())
            return
        bucket[key] = body
        self._answer(200, ETag='"one"')

    def do_GET(self):
        name, bucket, key, _body, query = self._spot()
        if bucket is None:
            return
        if not key:
            self._list(name, bucket, query.get("prefix", [""])[0])
        elif key in bucket:
            when = "Thu, 01 Jan 2026 00:00:00 GMT"
            self._answer(200, bucket[key], ETag='"one"', Last_Modified=when)
        else:
            self._answer(404, ERROR.format("NoSuchKey", key).encode())

    do_HEAD = do_GET

    def _list(self, name, bucket, prefix):
        found = {key: content for key, content in bucket.items() if key.startswith(prefix)}
        contents = "".join(
            ONE.format(key=escape(key), tag="one", size=len(content))
            for key, content in sorted(found.items())
        )
        page = LISTED.format(bucket=name, prefix=prefix, count=len(found), contents=contents)
        self._answer(200, page.encode(), Content_Type="application/xml")

    def do_POST(self):
        """Delete many at once, which is how one is deleted as well."""
        _name, bucket, _key, body, _query = self._spot()
        if bucket is None:
            return
        keys = KEY.findall(body.decode())
        for key in keys:
            bucket.pop(unescape(key), None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self._answer(200, DELETED.format(gone).encode(), Content_Type="application/xml")

    def log_message(self, *_said):
        pass
