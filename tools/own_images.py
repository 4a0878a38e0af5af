"""Nothing from elsewhere in what is printed: a page shows images that were handed to
it, and loads nothing. Pure Python, no ORM.

Whoever prints a page makes the requests that the page asks for, from inside the
network: a picture's address could be that of another machine, or of one that never
answers.
"""

import re

import lxml.html

# Elements that load something, run something, or change where the page is.
LOADERS = {
    *("applet", "audio", "base", "bgsound", "embed", "frame", "frameset", "iframe"),
    *("image", "link", "math", "meta", "object", "script", "source", "svg", "track"),
    "video",
}
# Attributes that hold the address of something that is loaded.
ADDRESSES = {
    *("action", "archive", "background", "cite", "classid", "code", "codebase", "data"),
    *("dynsrc", "formaction", "href", "icon", "longdesc", "lowsrc", "manifest", "ping"),
    *("poster", "profile", "src", "srcdoc", "srcset", "usemap", "xlink:href"),
}
CSS_LOAD = re.compile(
    r"(url|image-set|src|image|element|expression)\s*\(|@import", re.I
)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
DATA_IMAGE = re.compile(r"data:image/[a-z0-9.+-]+;base64,[a-z0-9+/=\s]*\Z", re.I)


def keep_own_images(node, read_image):
    """Take out of a page what it would load from elsewhere.

    :param node: lxml element, changed in place
    :param read_image: function that answers the data URI of an address of ours, or None
    :return: list of the addresses that were taken out

    >>> page = lxml.html.fromstring(
    ...     '<div><img src="http://a.example/b.png"><p style="background: '
    ...     'url(//a.example/c)">x</p><iframe src="file:///etc/passwd"></iframe></div>')
    >>> keep_own_images(page, lambda address: None)
    ['http://a.example/b.png', 'background: url(//a.example/c)', 'file:///etc/passwd']
    >>> lxml.html.tostring(page)
    b'<div><p>x</p></div>'
    """
    lost = []
    for element in list(node.iter()):
        if not isinstance(element.tag, str):
            element.drop_tree()
        elif element.tag == "style" and not _loads(element.text or ""):
            continue
        elif element.tag.lower() in LOADERS or element.tag == "style":
            lost.append(element.get("src") or element.get("href") or element.tag)
            _drop(element)
        else:
            lost += _clean(element, read_image)
    return lost


def find_foreign(html, is_own):
    """List what a page would load from elsewhere.

    :param str html: the page or a part of it
    :param is_own: function that tells whether an address is one of ours
    :return: list of addresses

    >>> find_foreign('<p><img src="/web/image/7"/> <a href="http://b.example">b</a></p>',
    ...              lambda address: address.startswith("/web/image/"))
    []
    """
    if not (html or "").strip():
        return []
    page = lxml.html.fragment_fromstring(html, create_parent="div")
    return keep_own_images(page, lambda address: address if is_own(address) else None)


def _clean(element, read_image):
    lost = []
    for name, value in list(element.attrib.items()):
        plain = name.lower()
        if plain.startswith("on"):
            del element.attrib[name]
        elif plain == "style" and _loads(value):
            lost.append(value)
            del element.attrib[name]
        elif plain not in ADDRESSES or (plain == "href" and element.tag == "a"):
            continue
        elif plain != "src" or element.tag != "img":
            lost.append(value)
            del element.attrib[name]
    if element.tag == "img":
        lost += _clean_image(element, read_image)
    return lost


def _clean_image(element, read_image):
    address = (element.get("src") or "").strip()
    if DATA_IMAGE.match(address):
        return []
    own = address and read_image(address)
    if own:
        element.set("src", own)
        return []
    _drop(element)
    return [address] if address else []


def _drop(element):
    """Take an element out with all it holds; the text behind it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def _loads(css):
    r"""Tell whether a style would load something.

    >>> _loads("color: red"), _loads(r"background: u\72l(//a)"), _loads("a: UrL (b)")
    (False, True, True)
    """
    # What is written with escapes has something to hide; nobody's colors need them.
    return "\\" in css or bool(CSS_LOAD.search(CSS_COMMENT.sub("", css)))
