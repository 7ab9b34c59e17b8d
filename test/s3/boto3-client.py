"""boto3 against the S3 door: ends with code 0 when all went well, with a traceback otherwise."""

import hashlib
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

endpoint, ca_file, large_path, large_sha256, many_bucket, many_count, *stage = sys.argv[1:]
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    verify=ca_file,
    region_name="us-east-1",
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
)

bucket = "boto3"

if stage == ["remove"]:
    keys = [{"Key": item["Key"]} for item in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert len(keys) == 4, keys
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    assert len(deleted["Deleted"]) == 4 and "Errors" not in deleted, deleted
    s3.delete_bucket(Bucket=bucket)
    sys.exit(0)

s3.create_bucket(Bucket=bucket)

# Upload and download in parts.
key = "a b/ü+%.bin"
s3.upload_file(large_path, bucket, key, Config=TransferConfig(multipart_chunksize=16 * 2**20))
back = os.path.join(os.path.dirname(large_path), "boto3-back")
s3.download_file(bucket, key, back)
with open(back, "rb") as file:
    assert hashlib.file_digest(file, "sha256").hexdigest() == large_sha256

# Ranges: one, open and suffix.
size = os.path.getsize(large_path)
with open(large_path, "rb") as file:
    whole = file.read()
for given, expected in [
    ("bytes=5-9", whole[5:10]),
    (f"bytes={size - 7}-", whole[-7:]),
    ("bytes=-3", whole[-3:]),
]:
    answer = s3.get_object(Bucket=bucket, Key=key, Range=given)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["Body"].read() == expected, given

# The ETag of a single PUT is the MD5; metadata and tags stay with it, also through a copy.
put = s3.put_object(Bucket=bucket, Key="plain", Body=b"plain", Metadata={"colour": "blue"}, Tagging="a=1&b=2")
assert put["ETag"] == '"' + hashlib.md5(b"plain").hexdigest() + '"'
s3.copy_object(Bucket=bucket, Key="copied", CopySource={"Bucket": bucket, "Key": "plain"})
head = s3.head_object(Bucket=bucket, Key="copied")
assert head["Metadata"] == {"colour": "blue"}, head
tags = s3.get_object_tagging(Bucket=bucket, Key="copied")["TagSet"]
assert tags == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}], tags

# Conditions.
try:
    s3.put_object(Bucket=bucket, Key="plain", Body=b"again", IfNoneMatch="*")
    raise AssertionError("overwritten")
except ClientError as error:
    assert error.response["Error"]["Code"] == "PreconditionFailed", error

# Pages of keys.
listed = 0
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=many_bucket, PaginationConfig={"PageSize": 321}):
    listed += page["KeyCount"]
assert listed == int(many_count), listed
old_style = 0
for page in s3.get_paginator("list_objects").paginate(Bucket=many_bucket):
    old_style += len(page.get("Contents", []))
assert old_style == int(many_count), old_style

# Presigned URLs, both ways, are tried by the caller, who has curl.
for operation in ["get_object", "put_object"]:
    print(s3.generate_presigned_url(operation, Params={"Bucket": bucket, "Key": "by-url"}, ExpiresIn=60))
