using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <content>The answers without steering.</content>
internal sealed partial class Steerer
{
    /// <summary>Answers a request as if nothing were steered.</summary>
    private void Refuse(SteeringRequest request)
    {
        switch (request)
        {
            case SteeringRequest.Serve serve:
                mailbox.Post(new SteeringMessage.Placed(serve.Placement.Process));
                break;
            case SteeringRequest.Withdraw withdraw:
                mailbox.Post(new SteeringMessage.Drained(withdraw.Process));
                break;
            case SteeringRequest.Release release:
                mailbox.Post(new SteeringMessage.Drained(release.Process));
                break;
            case SteeringRequest.PrepareEnd prepare:
                mailbox.Post(new SteeringMessage.EndPrepared(prepare.Process));
                break;
            case SteeringRequest.Ended ended:
                mailbox.Post(new SteeringMessage.EndNoted(ended.Process));
                break;
            case SteeringRequest.Visit visit:
                visit.Done.TrySetResult();
                break;
            case SteeringRequest.Count count:
                count.Done.TrySetResult(new Dictionary<WorkerName, GivenCounts>());
                break;
            case SteeringRequest.Save save:
                save.Done.TrySetResult(new SteeringRecord([], new Dictionary<WorkerName, GivenCounts>()));
                break;
        }
    }
}
