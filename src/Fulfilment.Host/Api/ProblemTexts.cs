using Fulfilment.Core;

namespace Fulfilment.Host.Api;

/// <summary>What each refusal is called and what it means, in the languages the API speaks.</summary>
internal static class ProblemTexts
{
    public static ProblemText English(RefusalCode code) => code switch
    {
        RefusalCode.InvalidRequest => new("Invalid request", "The request is not of the documented form."),
        RefusalCode.Unauthorized => new("Unauthorized", "Send a live API key in the header Authorization: Bearer <key>."),
        RefusalCode.Forbidden => new("Forbidden", "This API key may not do this."),
        RefusalCode.IpNotAllowed => new("Address not allowed", "This API key may not be used from this address."),
        RefusalCode.NotFound => new("Not found", "There is nothing here for this API key."),
        RefusalCode.TooLarge => new("Body too large", "The body is larger than this endpoint reads."),
        RefusalCode.UnsupportedMediaType => new("Unsupported media type", "The body is not of a media type that this endpoint reads."),
        RefusalCode.RateLimited => new("Rate limited", "More requests a second than this storefront may send. Nothing was done; send the request again after the time in Retry-After."),
        RefusalCode.Overloaded => new("Overloaded", "The engine is too busy to take the request. Nothing was done; send it again after the time in Retry-After."),
        RefusalCode.Internal => new("Internal error", "Something went wrong on our side. Send the same request again: it makes nothing twice."),
        RefusalCode.ReferenceConflict => new("Reference conflict", "The client reference belongs to an order with other content."),
        RefusalCode.UnknownSku => new("Unknown SKU", "There is no SKU of this code."),
        RefusalCode.SkuOffShelf => new("SKU off shelf", "The SKU is not for sale now."),
        RefusalCode.QuantityOutOfRange => new("Quantity out of range", "The quantity is outside what the SKU or an order allows."),
        RefusalCode.RecipientRequired => new("Recipient required", "The SKU needs a recipient."),
        RefusalCode.RecipientNotAllowed => new("Recipient not allowed", "The SKU takes no recipient."),
        RefusalCode.RecipientInvalid => new("Recipient invalid", "The recipient is not of the form the SKU asks for."),
        RefusalCode.InputInvalid => new("Input invalid", "An input is missing, unknown to the SKU or not of the form it asks for."),
        RefusalCode.CurrencyMismatch => new("Currency mismatch", "The SKU is priced in another currency."),
        RefusalCode.RouteNotAvailable => new("Route not available", "This release cannot serve any of the SKU's routes."),
        RefusalCode.PriceChanged => new("Price changed", "The price is above the line's maxUnitPrice."),
        RefusalCode.InsufficientBalance => new("Insufficient balance", "The deposit or the credit limit does not cover the order."),
        RefusalCode.RiskRejected => new("Rejected by a risk rule", "A risk rule does not let this order through."),
        RefusalCode.VelocityLimited => new("Too many orders", "Too many orders of this kind in a short time. Nothing was done; send the request again after the time in Retry-After."),
        RefusalCode.OutOfStock => new("Out of stock", "There are not enough codes in stock."),
        RefusalCode.NotCancellable => new("Not cancellable", "Nothing of this order can be cancelled any more."),
        RefusalCode.NotHeld => new("Not held", "The order is not held, or no longer."),
        RefusalCode.AlreadyExists => new("Already exists", "There is one with this code already."),
        RefusalCode.WalletNotEmpty => new("Wallet not empty", "The settlement cannot change while the storefront has money or holds in a wallet."),
        RefusalCode.IdempotencyMismatch => new("Idempotency key used before", "The idempotency key was used with another request."),
        RefusalCode.InProgress => new("In progress", "The first request with this idempotency key is still running. Send it again after the time in Retry-After."),
    };

    public static ProblemText Chinese(RefusalCode code) => code switch
    {
        RefusalCode.InvalidRequest => new("请求无效", "请求的格式与文档不符。"),
        RefusalCode.Unauthorized => new("未认证", "请在请求头 Authorization: Bearer <密钥> 中提供有效的 API 密钥。"),
        RefusalCode.Forbidden => new("无权限", "该 API 密钥无权执行此操作。"),
        RefusalCode.IpNotAllowed => new("地址不允许", "该 API 密钥不能在此 IP 地址使用。"),
        RefusalCode.NotFound => new("未找到", "此处没有该 API 密钥可访问的内容。"),
        RefusalCode.TooLarge => new("请求体过大", "请求体超过了该接口的上限。"),
        RefusalCode.UnsupportedMediaType => new("不支持的媒体类型", "该接口不接受这种媒体类型的请求体。"),
        RefusalCode.RateLimited => new("请求过快", "每秒请求数超过了该渠道商的上限。本次未做任何处理,请在 Retry-After 之后重新发送。"),
        RefusalCode.Overloaded => new("系统繁忙", "系统繁忙,未接收该请求。本次未做任何处理,请在 Retry-After 之后重新发送。"),
        RefusalCode.Internal => new("内部错误", "系统内部出错。请原样重新发送:不会重复处理。"),
        RefusalCode.ReferenceConflict => new("订单号冲突", "该 clientReference 已属于另一笔内容不同的订单。"),
        RefusalCode.UnknownSku => new("商品规格不存在", "没有该编码的商品规格。"),
        RefusalCode.SkuOffShelf => new("商品已下架", "该商品规格目前不可销售。"),
        RefusalCode.QuantityOutOfRange => new("数量超出范围", "数量超出了该商品规格或订单允许的范围。"),
        RefusalCode.RecipientRequired => new("缺少充值账号", "该商品规格需要填写 recipient。"),
        RefusalCode.RecipientNotAllowed => new("不需要充值账号", "该商品规格不接受 recipient。"),
        RefusalCode.RecipientInvalid => new("充值账号无效", "recipient 不符合该商品规格要求的格式。"),
        RefusalCode.InputInvalid => new("附加字段无效", "附加字段缺失、未声明或格式不符。"),
        RefusalCode.CurrencyMismatch => new("币种不符", "该商品规格以另一币种定价。"),
        RefusalCode.RouteNotAvailable => new("暂无供货渠道", "当前版本无法使用该商品规格的任何供货方式。"),
        RefusalCode.PriceChanged => new("价格已变", "现价高于该行的 maxUnitPrice。"),
        RefusalCode.InsufficientBalance => new("余额不足", "预存款或信用额度不足以支付该订单。"),
        RefusalCode.RiskRejected => new("风控拒绝", "该订单被风控规则拒绝。"),
        RefusalCode.VelocityLimited => new("下单过于频繁", "短时间内此类订单过多。本次未做任何处理,请在 Retry-After 之后重新发送。"),
        RefusalCode.OutOfStock => new("库存不足", "卡密库存不足。"),
        RefusalCode.NotCancellable => new("不可取消", "该订单已没有可以取消的内容。"),
        RefusalCode.NotHeld => new("订单未挂起", "该订单没有处于待审核状态。"),
        RefusalCode.AlreadyExists => new("已存在", "该编码已存在。"),
        RefusalCode.WalletNotEmpty => new("账户未结清", "该渠道商的账户尚有余额或冻结款,不能更改结算方式。"),
        RefusalCode.IdempotencyMismatch => new("幂等键已被使用", "该 Idempotency-Key 已用于另一个请求。"),
        RefusalCode.InProgress => new("处理中", "使用该 Idempotency-Key 的首个请求仍在处理,请在 Retry-After 之后重新发送。"),
    };
}
