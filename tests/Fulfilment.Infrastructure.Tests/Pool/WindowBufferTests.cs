using Fulfilment.Infrastructure.Pool;

namespace Fulfilment.Infrastructure.Tests.Pool;

public sealed class WindowBufferTests
{
    [Fact]
    public void RandomOperations_MatchAList()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var buffer = new WindowBuffer();
        var model = new List<WindowKey>();
        var next = 1L;
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(40))
            {
                case 0:
                    buffer.Clear();
                    model.Clear();
                    break;
                case < 8:
                    var last = Enumerable.Range(0, random.Next(200)).Select(_ => new WindowKey(7, next++)).ToArray();
                    buffer.AddLast(last);
                    model.AddRange(last);
                    break;
                case < 15:
                    var first = Enumerable.Range(0, random.Next(1, 60)).Select(_ => next++).ToArray();
                    buffer.AddFirst(first, 7);
                    model.InsertRange(0, first.Select(id => new WindowKey(7, id)));
                    break;
                default:
                    for (var count = Math.Min(random.Next(40), model.Count); count > 0; count--)
                    {
                        Assert.True(buffer.First == model[0] && buffer.TakeFirst() == model[0], $"seed {seed}, step {step}");
                        model.RemoveAt(0);
                    }

                    break;
            }

            Assert.True(buffer.Count == model.Count, $"seed {seed}, step {step}");
        }
    }
}
