"""Merge a template of words into files of translations; say what has none yet.

merge_translations.py TEMPLATE FILE...
"""

import sys

import polib


def main(template_path, *paths):
    """Merge, and answer 1 if something is not translated."""
    template = polib.pofile(template_path)
    missing = 0
    for path in paths:
        translations = polib.pofile(path)
        translations.merge(template)
        # A likeness that was found is not a translation.
        for entry in translations.fuzzy_entries():
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
        for entry in translations.obsolete_entries():
            translations.remove(entry)
        translations.save()
        open_entries = translations.untranslated_entries()
        missing += len(open_entries)
        print(f"{path}: {len(translations)} terms, {len(open_entries)} to translate")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
