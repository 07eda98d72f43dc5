#!/usr/bin/env bash
# The cURL lines of https://supermemory.ai/docs/connectors/s3. What differs from the page: the address, key, credentials
# and ids come from outside, and every bucket has an endpoint. tests/sdk/README.md tells how it is called.
set -euo pipefail

# So that the lines below stay as the page has them: an error ends the script, and no proxy is asked.
curl() {
  command curl --silent --show-error --fail-with-body --noproxy '*' --max-time 60 "$@"
}

# The reply, as one line of JSON.
said() {
  reply=$(cat)
  printf '{"step":"%s","reply":%s}\n' "$1" "${reply:-null}"
}

# The same for a reply that is text.
said_text() {
  printf '{"step":"%s","reply":"%s"}\n' "$1" "$(cat)"
}

# The status and the body of a call that is to fail.
refused() {
  status=$1
  shift
  reply=$(command curl --silent --noproxy '*' --max-time 60 --write-out '\n%{http_code}' "$@")
  [ "${reply##*
}" = "$status" ] || { echo "expected $status: $reply" >&2; exit 1; }
  printf '{"step":"refused %s","reply":%s}\n' "$status" "${reply%
*}"
}

[ $# -gt 0 ] || { echo 'which example?' >&2; exit 2; }
case $1 in
  quick-setup)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{
        "metadata": {
          "accessKeyId": "'"$AWS_ACCESS_KEY_ID"'",
          "secretAccessKey": "'"$AWS_SECRET_ACCESS_KEY"'",
          "bucket": "my-documents-bucket",
          "region": "us-east-1",
          "endpoint": "'"$S3_ENDPOINT"'"
        },
        "containerTag": "org-123"
      }' | said create
    ;;
  quick-setup-of-before)
    # As the page had it before May 2026.
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{
        "accessKeyId": "'"$AWS_ACCESS_KEY_ID"'",
        "secretAccessKey": "'"$AWS_SECRET_ACCESS_KEY"'",
        "bucket": "my-documents-bucket",
        "region": "us-east-1",
        "endpoint": "'"$S3_ENDPOINT"'",
        "containerTags": ["org-123"]
      }' | said create
    ;;
  prefix)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{
        "metadata": {
          "accessKeyId": "'"$AWS_ACCESS_KEY_ID"'",
          "secretAccessKey": "'"$AWS_SECRET_ACCESS_KEY"'",
          "bucket": "company-data",
          "region": "us-east-1",
          "endpoint": "'"$S3_ENDPOINT"'",
          "prefix": "documents/engineering/"
        },
        "containerTag": "engineering-docs"
      }' | said create
    ;;
  dynamic-tags)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{
        "metadata": {
          "accessKeyId": "'"$AWS_ACCESS_KEY_ID"'",
          "secretAccessKey": "'"$AWS_SECRET_ACCESS_KEY"'",
          "bucket": "user-files",
          "region": "us-east-1",
          "endpoint": "'"$S3_ENDPOINT"'",
          "containerTagRegex": "users/(?<userId>[^/]+)/"
        },
        "containerTag": "user-files"
      }' | said create
    ;;
  connection)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/list" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{"containerTags": ["'"$3"'"]}' | said list
    curl "$SUPERMEMORY_BASE_URL/v3/connections/$2" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" | said get
    # The key in the header that the official command line uses.
    curl "$SUPERMEMORY_BASE_URL/v3/connections/$2/sync-runs" \
      -H "x-api-key: $SUPERMEMORY_API_KEY" | said sync-runs
    ;;
  imported)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3/documents" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{"containerTags": ["'"$2"'"]}' | said documents
    ;;
  documents)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/documents/list" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{"containerTags": ["'"$2"'"]}' | said documents.list
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/search" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{"q": "'"$3"'", "containerTags": ["'"$2"'"]}' | said search.documents
    ;;
  delete-document)
    curl -X DELETE "$SUPERMEMORY_BASE_URL/v3/documents/$2" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" | said documents.delete
    ;;
  manual-sync)
    curl -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3/import" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{"containerTags": ["'"$3"'"]}' | said_text import
    ;;
  delete)
    curl -X DELETE "$SUPERMEMORY_BASE_URL/v3/connections/$2" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" | said delete
    ;;
  delete-keeping-documents)
    curl -X DELETE "$SUPERMEMORY_BASE_URL/v3/connections/$2?deleteDocuments=false" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" | said delete
    ;;
  delete-by-tag)
    curl -X DELETE "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
      -H "Content-Type: application/json" \
      -d '{"containerTags": ["'"$3"'"]}' | said delete
    ;;
  refusals)
    refused 401 "$SUPERMEMORY_BASE_URL/v3/connections/conn_nobody"
    refused 401 "$SUPERMEMORY_BASE_URL/v3/connections/conn_nobody" -H "Authorization: Bearer sm_wrong"
    refused 404 "$SUPERMEMORY_BASE_URL/v3/connections/conn_nobody" -H "Authorization: Bearer $SUPERMEMORY_API_KEY"
    refused 404 "$SUPERMEMORY_BASE_URL/v3/nothing" -H "Authorization: Bearer $SUPERMEMORY_API_KEY"
    refused 400 -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" -H "Content-Type: application/json" -d '{"metadata": {}}'
    refused 400 -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" -H "Content-Type: application/json" -d '{"metadata'
    refused 501 -X POST "$SUPERMEMORY_BASE_URL/v3/connections/notion" \
      -H "Authorization: Bearer $SUPERMEMORY_API_KEY" -H "Content-Type: application/json" -d '{}'
    ;;
  storage-errors)
    # The page's table of error codes.
    for case in '401 my-documents-bucket wrong' "403 forbidden-bucket $AWS_SECRET_ACCESS_KEY" \
      "404 no-such-bucket $AWS_SECRET_ACCESS_KEY"; do
      read -r status bucket secret <<<"$case"
      refused "$status" -X POST "$SUPERMEMORY_BASE_URL/v3/connections/s3" \
        -H "Authorization: Bearer $SUPERMEMORY_API_KEY" \
        -H "Content-Type: application/json" \
        -d '{
          "metadata": {
            "accessKeyId": "'"$AWS_ACCESS_KEY_ID"'",
            "secretAccessKey": "'"$secret"'",
            "bucket": "'"$bucket"'",
            "region": "us-east-1",
            "endpoint": "'"$S3_ENDPOINT"'"
          },
          "containerTag": "org-123"
        }'
    done
    ;;
  *)
    echo "no such example: $1" >&2
    exit 2
    ;;
esac
