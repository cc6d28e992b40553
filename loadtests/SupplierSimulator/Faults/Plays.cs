namespace SupplierSimulator.Faults;

/// <summary>What each fault means, and how to say it in a line.</summary>
public static class Plays
{
    /// <summary>The play of a fault.</summary>
    /// <param name="fault">Which.</param>
    /// <param name="times">How long things take.</param>
    public static Play Of(Fault fault, SimulatorTimes times)
    {
        ArgumentNullException.ThrowIfNull(times);
        var play = Plain(fault, times) with { ReplyAfter = fault == Fault.Delay ? times.Slow : times.Answer };
        return play.Accepts && play.Callbacks.Count == 0 ? play with { Callbacks = [Usual(play, times)] } : play;
    }

    /// <summary>Whether a supplier without callbacks cannot play it.</summary>
    public static bool NeedsCallbacks(Fault fault) => fault is Fault.CallbackFirst or Fault.DuplicateCallback or Fault.LateCallback or Fault.ForgedCallback
        or Fault.RejectedAfterIssued or Fault.IssuedAfterRejected or Fault.StrayCallback;

    /// <summary>The name on the command line and in <c>/_faults</c>.</summary>
    public static string NameOf(Fault fault) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(fault.ToString());

    /// <summary>Whether it is a fault's name.</summary>
    public static bool TryRead(string name, out Fault fault) => Enum.TryParse(name, ignoreCase: true, out fault) && Enum.IsDefined(fault) && !char.IsAsciiDigit(name[0]);

    private static Play Plain(Fault fault, SimulatorTimes times) => fault switch
    {
        Fault.None or Fault.Delay => new(),
        Fault.Reject => new() { Issues = false },
        Fault.Processing => UnderWay(times),
        Fault.ProcessingRejected => UnderWay(times) with { Issues = false },
        Fault.TimeoutBefore => Never(Reply.Silence),
        Fault.TimeoutAfter => new() { Reply = Reply.Silence },
        Fault.CloseBefore => Never(Reply.Close),
        Fault.CloseAfter => new() { Reply = Reply.Close },
        Fault.Error500Before => Never(Reply.Error500),
        Fault.Error500After => new() { Reply = Reply.Error500 },
        Fault.Error502Before => Never(Reply.Error502),
        Fault.Error502After => new() { Reply = Reply.Error502 },
        Fault.Html => new() { Reply = Reply.Html },
        Fault.WrongSignature => new() { Reply = Reply.Forged },
        Fault.CallbackFirst => new() { Callbacks = [new(CallbackPlay.BeforeTheAnswer), new(times.LateCallback)] },
        Fault.DuplicateCallback => UnderWay(times) with { Callbacks = [new(TimeSpan.Zero), new(TimeSpan.Zero), new(TimeSpan.Zero)] },
        Fault.LateCallback => UnderWay(times) with { Callbacks = [new(times.LateCallback)] },
        Fault.ForgedCallback => UnderWay(times) with { Callbacks = [new(CallbackPlay.BeforeTheAnswer, CallbackSays.Rejected, Signed: false), new(times.LateCallback)] },
        Fault.RejectedAfterIssued => new() { Callbacks = [new(TimeSpan.Zero), new(times.LateCallback, CallbackSays.Rejected)] },
        Fault.IssuedAfterRejected => new() { Reply = Reply.Rejected, Callbacks = [new(times.LateCallback)] },
        Fault.StrayCallback => new() { Callbacks = [new(TimeSpan.Zero, CallbackSays.Stranger), new(TimeSpan.Zero)] },
        Fault.TwoCodes => new() { Codes = 2 },
        Fault.CodeLater => new() { CodesAfter = times.Processing },
        Fault.SoldCode => new() { SoldBefore = true },
        Fault.RateLimited => Never(Reply.Rejected) with { Rejection = RejectionWord.TooFrequent },
        Fault.PriceRaised => new() { PricePercent = 150 },
        Fault.PriceRaisedALittle => new() { PricePercent = 110 },
        Fault.BalanceDry => new() { Issues = false, Rejection = RejectionWord.Balance },
        Fault.DuplicateNumber => new() { Reply = Reply.DuplicateNumber },
        Fault.SystemErrorBefore => Never(Reply.SystemError),
        Fault.SystemErrorAfter => new() { Reply = Reply.SystemError },
        Fault.UnlistedCode => new() { Reply = Reply.UnlistedCode },
        Fault.HiddenAtFirst => new() { Reply = Reply.Silence, HiddenFor = times.Hidden },
        Fault.QueryFails => new() { Reply = Reply.Silence, FailedQueries = 2 },
    };

    // Who got no proper answer is called back late, so that he has to ask first.
    private static CallbackPlay Usual(Play play, SimulatorTimes times) => new(play.Reply == Reply.Truth ? play.CodesAfter : play.HiddenFor + times.LateCallback);

    private static Play UnderWay(SimulatorTimes times) => new() { EndsAfter = times.Processing };

    private static Play Never(Reply reply) => new() { Accepts = false, Reply = reply };
}
