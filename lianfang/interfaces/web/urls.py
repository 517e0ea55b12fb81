"""Addresses of pages (网页地址)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
