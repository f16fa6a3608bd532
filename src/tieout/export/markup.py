"""HTML and SVG from nested calls: text is escaped unless it was made here."""

from html import escape


class Html(str):
    """Markup that is already escaped. Only this module and the style sheet make it from text."""

    __slots__ = ()


Node = str | None
_VOID = frozenset({"br", "meta", "rect", "line"})


def text_of(node: Node) -> str:
    """Escaped text of a node; nothing for None.

    >>> text_of("<b> & 'c'"), text_of(Html("<b>")), text_of(None)
    ('&lt;b&gt; &amp; &#x27;c&#x27;', '<b>', '')
    """
    if node is None:
        return ""
    return node if isinstance(node, Html) else escape(node)


def tag(element: str, *children: Node, **attributes: str | int | bool | None) -> Html:
    """An element. `class_` and `data_label` become `class` and `data-label`; None is left out.

    >>> tag("td", "a < b", class_="number")
    '<td class="number">a &lt; b</td>'
    """
    opening = element + "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if element in _VOID and not children:
        # A void SVG element inside HTML needs its slash; HTML ignores it.
        return Html(f"<{opening}/>")
    return Html(f"<{opening}>{''.join(map(text_of, children))}</{element}>")


def join(*nodes: Node) -> Html:
    """Nodes one after another."""
    return Html("".join(map(text_of, nodes)))
