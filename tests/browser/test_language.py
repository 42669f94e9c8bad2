"""No page shows a word of the other language: every kind of page is visited, as a reader and as an administrator.

A text is in English when a catalogue has it as a msgid with another text, or when it holds a word that occurs in msgids
and in no Vietnamese text. It is in Vietnamese when it has Vietnamese letters and is neither data nor a name.
"""

from __future__ import annotations

import json
import re
import unicodedata
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polib
import pytest
from playwright.sync_api import Browser, BrowserContext

PASSWORD = "mat-khau-thu-1"
I18N = Path(__file__).parents[2] / "ckanext-hue" / "ckanext" / "hue" / "i18n"
LONGEST = 60  # characters of a datum that a page may cut off

TEXTS = """() => {
  const skipped = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'CODE', 'PRE', 'KBD', 'TEXTAREA', 'VAR']);
  const read = ['title', 'placeholder', 'aria-label', 'aria-description', 'alt', 'data-module-content'];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, {
    acceptNode: node => node.nodeType === 1 && (skipped.has(node.tagName) || node.lang === 'vi' && node !== document.documentElement)
      ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  });
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === 3) { found.push(node.textContent); continue; }
    read.forEach(name => found.push(node.getAttribute(name)));
    if (node.tagName === 'INPUT' && ['submit', 'button', 'reset'].includes(node.type)) found.push(node.value);
  }
  return [...new Set(found.filter(Boolean).map(text => text.trim().replace(/\\s+/g, ' ')).filter(Boolean))];
}"""

READER = {
    "home": "/",
    "about": "/about",
    "terms": "/terms",
    "guide": "/guide",
    "guide for agencies": "/guide/agencies",
    "accessibility": "/accessibility",
    "developers": "/developers",
    "search": "/dataset/",
    "search with words": "/dataset/?q=di+tich&sort=title_string+asc",
    "search without results": "/dataset/?q=khongcoketquanao",
    "dataset": "{sample.dataset_path}",
    "table": "{sample.table_path}",
    "table without rows": "{sample.table_path}?q=khongcoketquanao",
    "file": "{sample.file_path}",
    "history of a dataset": "/dataset/activity/{sample.dataset}",
    "API of a table": "/datastore/api_info/{sample.resource}",
    "fields": "/group/",
    "field": "/group/{sample.field}",
    "about a field": "/group/about/{sample.field}",
    "history of a field": "/group/activity/{sample.field}",
    "people of a field": "/group/members/{sample.field}",
    "agencies": "/organization/",
    "agency": "/organization/{sample.agency}",
    "about an agency": "/organization/about/{sample.agency}",
    "history of an agency": "/organization/activity/{sample.agency}",
    "people of an agency": "/organization/members/{sample.agency}",
    "quality": "/quality",
    "quality of an agency": "/organization/{sample.agency}/quality",
    "vocabulary": "/doc/concept/frequencies.html",
    "sign in": "/user/login",
    "signed out": "/user/logged_out_redirect",
    "lost password": "/user/reset",
    "wrong link to a new password": "/user/reset/khong-co?key=x",
    "nothing there": "/khong-co",
    "no such dataset": "/dataset/khong-co",
    "not allowed": "/user/register",
    "sign in first": "/dataset/new",
    "bad address": "/dataset/?page=99999999999",
    "bad filter": "/download/{sample.resource}.csv?filters=x",
    "bad order": "/download/{sample.resource}.csv?sort=khong-co",
}
ADMINISTRATOR = {
    "news": "/dashboard/",
    "own datasets": "/dashboard/datasets",
    "own fields": "/dashboard/groups",
    "own agencies": "/dashboard/organizations",
    "administration": "/ckan-admin/",
    "administration: activity": "/ckan-admin/activities",
    "administration: settings": "/ckan-admin/config",
    "administration: reset": "/ckan-admin/reset_config",
    "administration: trash": "/ckan-admin/trash",
    "users": "/user/",
    "user": "/user/{user}",
    "change a user": "/user/edit/{user}",
    "history of a user": "/user/activity/{user}",
    "tokens": "/user/{user}/api-tokens",
    "followers of a user": "/user/followers/{user}",
    "delete a user": "/user/delete/{user}",
    "new dataset": "/dataset/new",
    "dataset": "{sample.dataset_path}",
    "change a dataset": "/dataset/edit/{sample.dataset}",
    "resources": "/dataset/resources/{sample.dataset}",
    "fields of a dataset": "/dataset/groups/{sample.dataset}",
    "delete a dataset": "/dataset/delete/{sample.dataset}",
    "history of a dataset": "/dataset/activity/{sample.dataset}",
    "followers of a dataset": "/dataset/followers/{sample.dataset}",
    "new resource": "/dataset/{sample.dataset}/resource/new",
    "table": "{sample.table_path}",
    "change a resource": "{sample.table_path}/edit",
    "views": "{sample.table_path}/views",
    "new view": "{sample.table_path}/new_view?view_type=datatables_view",
    "delete a resource": "{sample.table_path}/delete",
    "upload": "{sample.table_path}/upload",
    "data dictionary": "/dataset/{sample.dataset}/dictionary/{sample.resource}",
    "no changes": "/dataset/changes_multiple?new_id=x&old_id=y",
    "new field": "/group/new",
    "change a field": "/group/edit/{sample.field}",
    "members of a field": "/group/manage_members/{sample.field}",
    "new member of a field": "/group/member_new/{sample.field}",
    "delete a field": "/group/delete/{sample.field}",
    "no datasets to choose": "/group/bulk_process/{sample.field}",
    "new agency": "/organization/new",
    "change an agency": "/organization/edit/{sample.agency}",
    "members of an agency": "/organization/manage_members/{sample.agency}",
    "new member of an agency": "/organization/member_new/{sample.agency}",
    "many datasets": "/organization/bulk_process/{sample.agency}",
    "delete an agency": "/organization/delete/{sample.agency}",
    "sources": "/harvest",
    "new source": "/harvest/_new",
    "new source: platform": "/harvest/_new?kind=platform",
    "new source: warehouse": "/harvest/_new?kind=warehouse",
    "new source: files": "/harvest/_new?kind=files",
    "new source: DCAT": "/harvest/_new?kind=dcat",
    "new source: CKAN": "/harvest/_new?kind=ckan",
    "source": "/harvest/{source}",
    "change a source": "/harvest/{source}/settings",
    "dry run": "/harvest/{source}/check",
    "remove a source": "/harvest/{source}/remove",
}

WORD = re.compile(r"(?<!\w)[A-Za-z]{3,}(?!\w)")
NO_PROSE = re.compile(r"https?://\S+|\S+@\S+|\S*[_/=]\S*")  # addresses, names in programs
MARKUP = re.compile(r"<[^>]+>|%\(\w+\)[a-z]|\{[^{}]*\}|%[sd]")
LETTERS = re.compile("[À-ỹ]")
# What stands in both languages: menus of other programs, settings' values, names of laws and of agencies' documents.
NAMES = re.compile(
    r"From Text|page-from-0|verify-(full|ca)|\binfo\.title\b|\bresult\.\w+|\S*\d{4}/(NĐ-CP|QĐ-TTg|TT-BTTTT)|QĐ-TTg|NĐ-CP"
    r"|^(platform|warehouse|files)$"
)
EXAMPLE = re.compile(r"^(Ví dụ|Example): ")  # a value as one would write it
SETTINGS = re.compile(r"\((data|id|bool|mo),.*\)|\b(code|public|text)\b")  # words of the platform's contract
