"""The pages: one file a noun."""

from fastapi import APIRouter

from api.pages import assets, employers, sign_in

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    employers.router,
    sign_in.router,
)
