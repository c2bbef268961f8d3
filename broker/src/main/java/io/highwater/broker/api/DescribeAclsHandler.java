package io.highwater.broker.api;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeAclsRequest;
import io.highwater.protocol.message.DescribeAclsResponse;

/**
 * DescribeAcls, versions 1 to 3. There is no authorizer, and so nothing to describe: SECURITY_DISABLED, as every broker
 * without one answers.
 *
 * <p>Safe for any thread because it has no state.
 */
public final class DescribeAclsHandler implements ApiHandler<DescribeAclsRequest, DescribeAclsResponse> {

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_ACLS;
    }

    @Override
    public short lowestVersion() {
        return 1;
    }

    @Override
    public short highestVersion() {
        return 3;
    }

    @Override
    public void handle(
            final DescribeAclsRequest request, final RequestContext context, final Reply<DescribeAclsResponse> reply) {
        final DescribeAclsResponse response = new DescribeAclsResponse();
        response.errorCode = ErrorCode.SECURITY_DISABLED.code();
        response.errorMessage = "No Authorizer is configured.";
        reply.send(response);
    }
}
