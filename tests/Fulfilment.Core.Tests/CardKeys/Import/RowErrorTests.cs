using Fulfilment.Core.CardKeys.Import;

namespace Fulfilment.Core.Tests.CardKeys.Import;

public sealed class RowErrorTests
{
    /// <summary>Clients know the codes and storage has the numbers: neither may change.</summary>
    [Fact]
    public void CodesAndNumbers_StayAsTheyAre() =>
        Assert.Equal(
            [
                "1 row_too_long", "2 bad_quote", "3 too_many_fields", "4 bad_json", "5 unknown_field",
                "6 duplicate_field", "7 wrong_type", "8 bad_text", "9 field_too_long", "10 empty_secret", "11 bad_date", "12 digits_lost",
            ],
            Enum.GetValues<RowError>().Select(error => $"{(int)error} {error.Code()}"));
}
