"""Addresses of the API (接口地址)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
