using Reuseportd.Model;
using Reuseportd.Observability.Destinations;

namespace Decisions.Tests.Observability;

public sealed class LossSpellTests
{
    private static readonly Errno NoSpace = new(28);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LossSpell _loss = new();

    [Fact]
    public void Add_FirstLossOnly_BeginsASpell()
    {
        Assert.True(_loss.Add(3, NoSpace, Second));
        Assert.False(_loss.Add(4, NoSpace, 2 * Second));
        Assert.Equal((7, NoSpace), (_loss.Lines, _loss.Error));
    }

    [Fact]
    public void TryEnd_NothingLost_IsFalse() => Assert.False(_loss.TryEnd(9 * Second, isClosed: true, out _));

    [Fact]
    public void TryEnd_JustAfterALoss_IsFalse()
    {
        _loss.Add(3, NoSpace, 5 * Second);
        Assert.False(_loss.TryEnd(5 * Second + LossSpell.Calm / 2, isClosed: false, out _));
        Assert.True(_loss.Lasts);
    }

    [Fact]
    public void TryEnd_AfterAWhile_CountsAllLines()
    {
        _loss.Add(3, NoSpace, 5 * Second);
        _loss.Add(1, NoSpace, 6 * Second);
        Assert.True(_loss.TryEnd(6 * Second + LossSpell.Calm, isClosed: false, out var lines));
        Assert.Equal((4, false, 0), (lines, _loss.Lasts, _loss.Lines));
        Assert.True(_loss.Add(2, NoSpace, 9 * Second));
        Assert.Equal(2, _loss.Lines);
    }

    [Fact]
    public void TryEnd_FileIsClosed_CountsAllLinesAtOnce()
    {
        _loss.Add(3, NoSpace, 5 * Second);
        Assert.True(_loss.TryEnd(5 * Second, isClosed: true, out var lines));
        Assert.Equal(3, lines);
    }
}
