# docker build -t sevenfold . && docker run --rm -v "$PWD/runs:/sevenfold/runs" sevenfold --preset quick
FROM python:3.13-slim
WORKDIR /sevenfold
COPY pyproject.toml requirements.lock requirements-dev.lock README.md LICENSE ./
COPY scripts scripts
COPY src src
RUN scripts/setup
ENTRYPOINT ["scripts/run"]
