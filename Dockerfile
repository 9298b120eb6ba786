# syntax=docker/dockerfile:1
# The service as an image: built in one stage, run in another that has neither compiler nor installer in use.

FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /opt/tools \
 && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r requirements-build.txt \
 && python -m venv --without-pip /opt/partnergraph \
 && /opt/tools/bin/uv pip install --no-cache --python /opt/partnergraph/bin/python --require-hashes -r requirements.txt
COPY . .
RUN /opt/tools/bin/python -m hatchling build -t wheel \
 && /opt/tools/bin/uv pip install --no-cache --python /opt/partnergraph/bin/python --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home partnergraph \
 && install -d -o partnergraph -g partnergraph /data
COPY --from=build /opt/partnergraph /opt/partnergraph
ENV PATH=/opt/partnergraph/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    PARTNERGRAPH_STORE=file:/data/partnergraph.db \
    PARTNERGRAPH_HOST=0.0.0.0 \
    PARTNERGRAPH_PORT=8000
USER 10001
# The signing key of local tokens is kept below the working directory, beside the embedded store.
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["partnergraph"]
CMD ["serve"]
