using Decisions.Tests.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Api.Public;
using Reuseportd.Hosting;
using Reuseportd.Runtime.Messages;

namespace Decisions.Tests.Api.Public;

/// <summary><c>/healthz</c> and <c>/readyz</c> of a daemon whose loop turns, and of one whose loop does not.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Mailbox _mailbox = new(TimeProvider.System);
    private readonly ServiceManager _manager = new(new SystemdNotifier(), TimeProvider.System);
    private readonly FleetControl _control;

    /// <summary>No loop takes the messages.</summary>
    public HealthTests() => _control = new FleetControl(
        _mailbox, null!, null!, null!, _manager, null!, TimeProvider.System, Serilog.Core.Logger.None);

    public void Dispose()
    {
        _control.Dispose();
        _manager.Dispose();
        _mailbox.Dispose();
        _time.Dispose();
    }

    [Fact]
    public async Task Turns_LoopTurns_Is200()
    {
        var context = new DefaultHttpContext();
        await new Health(_control, () => Task.CompletedTask, _time).TurnsAsync(context);
        Assert.Equal(200, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task LoopDoesNotTurn_Is503AfterASecond(string path)
    {
        var never = new TaskCompletionSource();
        var health = new Health(_control, () => never.Task, _time);
        var context = new DefaultHttpContext();
        var answer = path == "/healthz" ? health.TurnsAsync(context) : health.IsReadyAsync(context);
        _time.AwaitTimer();
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(answer.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await answer.WaitAsync(Deadlines.Patience);
        Assert.Equal(503, context.Response.StatusCode);
    }
}
