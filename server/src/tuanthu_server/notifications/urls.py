"""Addresses of the page of one's own subscriptions."""

from django.urls import path

from tuanthu_server.notifications import views

urlpatterns = [
    path("notifications/", views.own_subscriptions, name="notifications"),
    path("notifications/<int:number>/end/", views.end_subscription, name="end-subscription"),
]
