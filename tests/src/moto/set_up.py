# Fills a moto server: an administrator first, while nothing is asked for yet, then with its key buckets, objects, users.
import json
import sys

import boto3

wanted = json.load(sys.stdin)
place = {"endpoint_url": wanted["endpoint"], "region_name": "us-east-1"}


def client(service, key, secret):
    return boto3.client(service, aws_access_key_id=key, aws_secret_access_key=secret, **place)


def user(iam, name, statements):
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": statements}
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
admin = user(client("iam", "any", "thing"), "administrator", everything)
s3, iam = client("s3", *admin), client("iam", *admin)
for bucket, objects in wanted["buckets"].items():
    s3.create_bucket(Bucket=bucket)
    for key, text in objects.items():
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
keys = {name: user(iam, name, statements) for name, statements in wanted["users"].items()}
json.dump({"administrator": admin, **keys}, sys.stdout)
