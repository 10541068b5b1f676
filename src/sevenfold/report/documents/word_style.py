"""The styles of the Word document: pandoc's own with A4 pages, a footer with the number
of the page, and tables that fit.
"""

import io
import re
import zipfile
from html import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8"?><w:ftr {_W}><w:p><w:pPr><w:tabs>'
    '<w:tab w:val="right" w:pos="9070"/></w:tabs></w:pPr>'
    '<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
    '<w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:tab/></w:r>'
    '<w:fldSimple w:instr=" PAGE "><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t>1</w:t></w:r>'
    "</w:fldSimple></w:p></w:ftr>"
)
_SECTION = (
    f'<w:sectPr><w:footerReference w:type="default" r:id="rIdFooter" xmlns:r="{_OFFICE}"/>'
    '<w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418" w:header="709"'
    ' w:footer="709" w:gutter="0"/></w:sectPr>'
)
_HEADLINE = (
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="Headline"><w:name w:val="Headline"/>'
    '<w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="60" w:after="60"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="64"/></w:rPr></w:style>'
)
_RELATION = (
    f'<Relationship Type="{_OFFICE}/footer" Id="rIdFooter" Target="footer1.xml"/></Relationships>'
)
_TYPE = (
    '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.footer+xml"/></Types>'
)


def styled(reference: bytes, footer: str) -> bytes:
    """Pandoc's reference document with our pages and styles. footer: the text at the
    foot of each page, left of its number.
    """
    with zipfile.ZipFile(io.BytesIO(reference)) as old:
        parts = {name: old.read(name) for name in old.namelist()}

    def change(name: str, pattern: str, new: str) -> None:
        text, n = re.subn(pattern, lambda _: new, parts[name].decode(), count=1, flags=re.DOTALL)
        assert n == 1, f"{name} of pandoc's reference document has no {pattern}"
        parts[name] = text.encode()

    change("word/document.xml", r"<w:sectPr\b.*?</w:sectPr>", _SECTION)
    change("word/_rels/document.xml.rels", r"</Relationships>", _RELATION)
    change("[Content_Types].xml", r"</Types>", _TYPE)
    change("word/styles.xml", r"</w:styles>", f"{_HEADLINE}</w:styles>")
    parts["word/styles.xml"] = _smaller_cells(parts["word/styles.xml"].decode()).encode()
    parts["word/footer1.xml"] = _FOOTER.format(text=escape(footer)).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return packed.getvalue()


def _smaller_cells(styles: str) -> str:
    """Text in cells, which pandoc sets in the style `Compact`, in 8.5 points."""
    start = styles.index('w:styleId="Compact"')
    end = styles.index("</w:style>", start)
    return f'{styles[:end]}<w:rPr><w:sz w:val="17"/><w:szCs w:val="17"/></w:rPr>{styles[end:]}'
